/** A worker in a process of its own, as `lockkeeper worker` starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { peakMiB } from './memory';

const LOCKKEEPER = join(__dirname, '..', 'bin', 'lockkeeper.js');

export class WorkerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** @param cwd folder of the project's lockkeeper.yaml. */
  static start(cwd: string, env: NodeJS.ProcessEnv): WorkerProcess {
    return new WorkerProcess(
      spawn(process.execPath, [LOCKKEEPER, 'worker'], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] }),
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Largest resident set so far, MiB; null where the system has no /proc. */
  peakMiB(): number | null {
    return peakMiB(this.pid);
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await ended;
  }
}
