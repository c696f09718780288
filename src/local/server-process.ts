import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GRACE_MS, watchOver, type StopSignal } from './watchdog';

export interface ServerSpec {
  /** For messages. */
  name: string;
  command: string;
  args: string[];
  /** Receives the server's output; emptied first. A file and not a pipe, so that a busy event loop never stalls the server. */
  logFile: string;
  /** Sent one after the other, 10 s apart, until the server has ended. */
  stopSignals: StopSignal[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  user?: { uid: number; gid: number } | undefined;
}

export interface ServerProcess {
  pid: number | undefined;
  /** Settles when the server has ended, for whatever reason, with that reason in words. Never rejects. */
  exited: Promise<string>;
  /** False once it has ended. */
  running(): boolean;
  /** The last lines it wrote. */
  tail(lines?: number): string;
  /** Stops it in good order and waits for its end. Harmless when repeated. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would; waits for its end. */
  crash(): Promise<void>;
}

/**
 * Starts a server that ends no later than this process. It gets a process group of its own, so that Ctrl-C reaches
 * this process alone, which can then end its work before the servers below it go.
 */
export function spawnServer(spec: ServerSpec): ServerProcess {
  const log = openSync(spec.logFile, 'w', 0o600);
  const child = spawn(spec.command, spec.args, {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: spec.cwd ?? '/',
    env: spec.env ?? process.env,
    ...spec.user,
  });
  closeSync(log);
  const watchdog = child.pid === undefined ? undefined : watchOver(child.pid, spec.stopSignals);
  let over = false;
  const exited = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      over = true;
      watchdog?.done();
      resolve(reason);
    };
    child.on('error', (error) => end(`could not be started: ${error.message}`));
    child.on('exit', (code, signal) => end(signal ? `ended by ${signal}` : `ended with exit code ${code}`));
  });
  const stopWith = async (signals: StopSignal[]) => {
    for (const signal of signals) {
      if (over) return;
      child.kill(`SIG${signal}`);
      await Promise.race([exited, sleep(GRACE_MS, undefined, { ref: false })]);
    }
    await exited;
  };
  return {
    pid: child.pid,
    exited,
    running: () => !over,
    tail: (lines = 8) => readTail(spec.logFile, lines),
    stop: () => stopWith(spec.stopSignals),
    crash: () => stopWith(['KILL']),
  };
}

function readTail(file: string, lines: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
