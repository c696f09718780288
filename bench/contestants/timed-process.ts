/** A program of somebody else, from its start to its end. */
import { spawn } from 'node:child_process';
import { peakMiB } from '../memory';

export interface Run {
  /** Milliseconds. */
  elapsed: number;
  /** Largest resident set, as it was last seen; null where the system does not tell. */
  peakMiB: number | null;
}

const LOOK_MS = 50;

/**
 * Resolves to the program's wall time in milliseconds.
 * @throws Error with the end of its output when it fails.
 */
export async function timedProcess(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return (await watchedProcess(command, args, env)).elapsed;
}

/** The same with its memory, and in a folder of its own choice. */
export async function watchedProcess(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
  cwd = process.cwd(),
): Promise<Run> {
  const startedAt = performance.now();
  let output = '';
  let peak: number | null = null;
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const looking = setInterval(() => (peak = peakMiB(child.pid ?? 0) ?? peak), LOOK_MS);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const elapsed = performance.now() - startedAt;
  clearInterval(looking);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${output.slice(-500)}`);
  return { elapsed, peakMiB: peak };
}
