/** Processes of their own, for tests that kill them: the built worker, as `lockkeeper worker` runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestProject } from './project';

const BIN = join(__dirname, '..', '..', 'bin', 'lockkeeper.js');

export interface WorkerProcess {
  child: ChildProcess;
  /** What it wrote to stderr so far. */
  log(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export function spawnWorker(project: TestProject, env: NodeJS.ProcessEnv = {}): WorkerProcess {
  const child = spawn(process.execPath, [BIN, 'worker'], {
    cwd: project.root,
    env: { ...project.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  return {
    child,
    log: () => log,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}
