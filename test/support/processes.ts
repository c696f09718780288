/** Processes of their own, for tests that kill them: the built worker, as `lockkeeper worker` runs it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestProject } from './project';

export const BIN = join(__dirname, '..', '..', 'bin', 'lockkeeper.js');
const WITH_FAULT = join(__dirname, 'worker-with-fault.mjs');

/** A signal that a worker sends itself on its way into an activity, or out of it before anybody hears. */
export interface WorkerFault {
  when: 'before' | 'after';
  activity: string;
  /** Of the activity's calls in that process, counted from 1. Default: the first. */
  call?: number;
  signal: 'SIGKILL' | 'SIGSTOP';
}

/** Right before a process changes a backup's files. */
export interface WritePoint {
  /** Of node:fs/promises: `rename`. Default: whatever changes a file. */
  call?: string;
  /** Of the path; of a rename's new one. Default: all. */
  path?: string;
  /** Of the calls that match, counted from 1. */
  nth: number;
}

/** The environment of a process that kills itself there. */
export function diesWriting(point: WritePoint): NodeJS.ProcessEnv {
  return {
    NODE_OPTIONS: `--require ${join(__dirname, 'dies-writing.cjs')}`,
    LOCKKEEPER_TEST_DIES_WRITING: JSON.stringify(point),
  };
}

export interface WorkerProcess {
  child: ChildProcess;
  /** What it wrote to stderr so far. */
  log(): string;
  running(): boolean;
  /** True while a SIGSTOP holds it. */
  stopped(): boolean;
  /** Settles when it has ended, for whatever reason. */
  exited: Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export function spawnWorker(project: TestProject, env: NodeJS.ProcessEnv = {}, fault?: WorkerFault): WorkerProcess {
  const args = fault ? [WITH_FAULT] : [BIN, 'worker'];
  const child = spawn(process.execPath, args, {
    cwd: project.root,
    env: { ...project.env, ...(fault ? { LOCKKEEPER_TEST_FAULT: JSON.stringify(fault) } : {}), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const exited = once(child, 'exit').then(() => undefined);
  return {
    child,
    log: () => log,
    running,
    stopped: () => execFileSync('ps', ['-o', 'state=', '-p', String(child.pid)], { encoding: 'utf8' }).startsWith('T'),
    exited,
    async kill(signal) {
      if (!running()) return;
      child.kill(signal);
      await exited;
    },
  };
}
