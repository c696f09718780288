/** A program of somebody else, from its start to its end. */
import { spawn } from 'node:child_process';

/**
 * Resolves to the program's wall time in milliseconds.
 * @throws Error with the end of its output when it fails.
 */
export async function timedProcess(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const startedAt = performance.now();
  let output = '';
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const elapsed = performance.now() - startedAt;
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${output.slice(-500)}`);
  return elapsed;
}
