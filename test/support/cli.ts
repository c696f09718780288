/** The CLI as a person runs it: in this process, or as the built program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { run } from '../../src/cli/run';

export interface CliRun {
  code: number;
  stdout: string;
  /** Without the terminal's escapes: NO_COLOR is set. */
  stderr: string;
}

export interface CliOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** A person sits there and types these lines, one a question. */
  typed?: string[];
}

export async function runCli(argv: string[], { cwd, env = process.env, typed }: CliOptions): Promise<CliRun> {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const answers = [...(typed ?? [])];
  const ask = (): Promise<string | null> => Promise.resolve(answers.shift() ?? null);
  const code = await run(argv, {
    stdout,
    stderr,
    env: { ...env, NO_COLOR: '1' },
    cwd,
    isTTY: typed !== undefined,
    ask,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const BIN = join(__dirname, '..', '..', 'bin', 'lockkeeper.js');

export async function spawnCli(argv: string[], { cwd, env = process.env }: CliOptions): Promise<CliRun> {
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...output };
}

class Captured extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
