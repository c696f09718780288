import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface RunOptions {
  /** Milliseconds; the program is killed after it. Default: 10 seconds. */
  timeoutMs?: number;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
}

export interface RunResult {
  ok: boolean;
  stdout: string;
  stderr: string;
  /** Why it did not work, in one line fit for a person; '' when ok. */
  reason: string;
}

/** Runs a program to its end and never throws: a program that cannot be started is `ok: false` with its reason. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  const { timeoutMs = 10_000, ...spawnOptions } = options;
  return new Promise((resolve) => {
    const out = { stdout: '', stderr: '' };
    let timedOut = false;
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    const finish = (reason: string) => {
      clearTimeout(timer);
      resolve({ ok: reason === '', ...out, reason });
    };
    child.stdout.on('data', (chunk) => (out.stdout += chunk));
    child.stderr.on('data', (chunk) => (out.stderr += chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      finish(error.code === 'ENOENT' ? `${command}: not found` : `${command}: ${error.message}`);
    });
    child.on('close', (code, signal) => {
      if (timedOut) return finish(`no answer within ${timeoutMs / 1000} s`);
      if (code === 0) return finish('');
      finish(`exit ${code ?? signal}: ${lastLine(out.stderr) || lastLine(out.stdout) || 'no output'}`);
    });
  });
}

/** The last line that says something, at most 300 characters: the useful one in most tools' failures. */
export function lastLine(text: string): string {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** The directories of PATH, in order, without empty entries. */
export function pathDirs(env: NodeJS.ProcessEnv = process.env): string[] {
  return (env.PATH ?? '').split(delimiter).filter(Boolean);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The first executable of that name on PATH, or null. */
export function onPath(name: string, env: NodeJS.ProcessEnv = process.env): string | null {
  return (
    pathDirs(env)
      .map((dir) => join(dir, name))
      .find(isExecutable) ?? null
  );
}
