import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

export type StopSignal = 'INT' | 'TERM' | 'QUIT' | 'KILL';

/** How long one signal may take before the next, stronger one. */
export const GRACE_MS = 10_000;

/*
 * Reads one line from a pipe whose other end only our own process holds. "done": the server has ended, nothing to do.
 * End of file: our process is gone, however it went, so the server is stopped, each signal harder than the one before.
 */
const SCRIPT = `
trap '' INT TERM HUP
pid=$1; tries=$2; shift 2
read -r word
[ "$word" = done ] && exit 0
for signal in "$@"; do
  kill -s "$signal" "$pid" 2>/dev/null || exit 0
  n=0
  while [ $n -lt "$tries" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; n=$((n + 1)); done
done
`;

/**
 * Makes sure that a server does not outlive this process, even one killed with SIGKILL, which no handler sees.
 * @returns `done()`, to be called when the server has ended by itself or was stopped.
 */
export function watchOver(serverPid: number, signals: StopSignal[]): { done(): void } {
  const args = ['-c', SCRIPT, 'lockkeeper-watchdog', String(serverPid), String(GRACE_MS / 100), ...signals];
  // In a session of its own: Ctrl-C and a closed terminal must not end it before its work.
  const shell = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  // It must not keep a finished program from exiting.
  shell.unref();
  (shell.stdin as unknown as Socket).unref();
  return { done: () => shell.stdin.end('done\n') };
}
