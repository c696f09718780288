/** Runs the command line in this process, with streams that remember. */
import { Writable } from 'node:stream';
import { run } from '../../src/cli/run';
import type { Io } from '../../src/cli/cli';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Terminal {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  isTTY?: boolean;
  /** What the person types, in order; null gives up. */
  answers?: (string | null)[];
}

export async function lockkeeper(
  argv: string[],
  { cwd, env = {}, isTTY = false, answers = [] }: Terminal,
): Promise<Ran> {
  const [stdout, stderr] = [new Memory(), new Memory()];
  const pending = [...answers];
  const io: Io = {
    stdout,
    stderr,
    env: { LOCKKEEPER_USER: 'carol', ...env },
    cwd,
    isTTY,
    ask: (question) => {
      stderr.write(`${question}\n`);
      return Promise.resolve(pending.shift() ?? null);
    },
  };
  const code = await run(argv, io);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Memory extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
