/** PostgreSQL's client programs as child processes: passwords in their environment, never in an argument, a file or a message. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { FailureType, permanent, transient } from '../errors';
import { endpointOf } from './postgres';

export interface ProgramRun {
  /** Path of the program. */
  program: string;
  args: string[];
  /** Default: this process's. */
  cwd?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Each line of stderr that is no error: what `--verbose` says of its progress. */
  onProgress?: ((line: string) => void) | undefined;
  /** `inherit`: its messages go where this process's go, and into no failure. */
  stderr?: 'pipe' | 'inherit';
  /** Takes the output, which is otherwise returned; the program waits for it. */
  stdoutTo?: ((stdout: Readable) => Promise<void>) | undefined;
  /** Writes what the program reads, which otherwise reads nothing, and ends it. */
  stdinFrom?: ((stdin: Writable) => Promise<void>) | undefined;
}

export interface Login {
  url: string;
  /** Another database of the same server. */
  database?: string | undefined;
  /** Shown in pg_stat_activity. */
  applicationName?: string | undefined;
}

/** Stderr that a failure quotes, at most. */
const QUOTED_STDERR = 600;
/** More is kept: pg_restore shows the whole statement after its message. */
const KEPT_STDERR = 256 * 1024;
const PROGRESS = /^(\S*\/)?pg_(dump|dumpall|restore): (?!.*\b(error|fatal|warning|detail|hint):)/;

/** libpq's own words for a server that is out of reach or went away; it has no locale here, so they are English. */
const SERVER_AWAY =
  /connection to server (at|on) .* failed|server closed the connection|no connection to the server|could not (receive data from|send data to) server|SSL (SYSCALL error|connection has been closed)/;

/** What a program finds of this process's environment, whatever else it is given. */
export const ALWAYS_GIVEN = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'];

export function variables(env: NodeJS.ProcessEnv, names: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

/** Runs a program that needs the login. @returns its output. @throws ApplicationFailure Backup, TargetUnavailable, or AbortError. */
export async function runWithLogin(run: ProgramRun, login: Login): Promise<string> {
  return runProgram(run, loginEnv(login));
}

/**
 * The environment of a program that logs in: libpq's variables. The password is among them and in no PGPASSFILE, because a file
 * outlives a worker that is killed; an environment ends with its process, and is readable by the user that runs it alone, who
 * can read the worker's own (with the target's URL in it) as well.
 */
export function loginEnv(login: Login): NodeJS.ProcessEnv {
  const { PGPASSFILE } = process.env;
  const endpoint = endpointOf(login.url);
  return {
    ...variables(process.env, ALWAYS_GIVEN),
    PGHOST: endpoint.host,
    PGPORT: String(endpoint.port),
    ...(endpoint.user === '' ? {} : { PGUSER: endpoint.user }),
    PGDATABASE: login.database ?? endpoint.database,
    // Without one in the URL, libpq looks where the driver looks.
    ...(endpoint.password === '' ? { PGPASSFILE } : { PGPASSWORD: endpoint.password }),
    PGAPPNAME: login.applicationName ?? 'lockkeeper/pg-tools',
    PGCONNECT_TIMEOUT: '10',
    // "no-verify" is the driver's word for what libpq calls "require".
    ...(endpoint.sslmode === null
      ? {}
      : { PGSSLMODE: endpoint.sslmode === 'no-verify' ? 'require' : endpoint.sslmode }),
    ...Object.fromEntries(Object.entries(endpoint.sslFiles).map(([name, path]) => [`PG${name.toUpperCase()}`, path])),
  };
}

/**
 * @throws ApplicationFailure Backup with the program's own words, without SQL and rows; TargetUnavailable where the server
 * went away; AbortError when `signal` fired.
 */
export async function runProgram(run: ProgramRun, env: NodeJS.ProcessEnv): Promise<string> {
  const { program, args, signal } = run;
  const child = spawn(program, args, {
    env,
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
    stdio: [run.stdinFrom ? 'pipe' : 'ignore', 'pipe', run.stderr ?? 'pipe'],
    ...(signal ? { signal } : {}),
  }) as ChildProcessByStdio<Writable | null, Readable, Readable | null>;
  const stderr = readStderr(child.stderr, run.onProgress);
  const input = child.stdin && run.stdinFrom?.(child.stdin);
  const output = run.stdoutTo ? run.stdoutTo(child.stdout).then(() => '') : readAll(child.stdout);
  const ended = new Promise<string | null>((resolve, reject) => {
    child.on('error', (error) => reject(signal?.aborted ? error : notStarted(program, error)));
    child.on('close', (code, killedBy) => resolve(code === 0 ? null : (killedBy ?? `exit code ${code}`)));
  });
  const [end, taken, given] = await Promise.allSettled([ended, output, input]);
  if (end.status === 'rejected') throw end.reason;
  // Who takes the output fails first (a full disk), the program then of a broken pipe.
  if (taken.status === 'rejected') throw taken.reason;
  if (end.value !== null) {
    signal?.throwIfAborted();
    const said = stderr();
    const words = run.stderr === 'inherit' ? 'its own messages are beside those of this process.' : quote(said);
    const message = `${program} ended with ${end.value}: ${words}`;
    throw SERVER_AWAY.test(said)
      ? transient(FailureType.TargetUnavailable, message)
      : permanent(FailureType.Backup, message);
  }
  // A program that has what it wants has ended well; what it was to read was not.
  if (given.status === 'rejected') throw given.reason;
  return taken.value;
}

function notStarted(program: string, error: Error): Error {
  const { code = 'error' } = error as NodeJS.ErrnoException;
  return permanent(FailureType.Backup, `${program} could not be started (${code}); run "lockkeeper doctor".`);
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** @returns what was said so far, without the progress. */
function readStderr(stream: Readable | null, onProgress: ProgramRun['onProgress']): () => string {
  let kept = '';
  let unfinished = '';
  stream?.on('data', (chunk: Buffer) => {
    const lines = (unfinished + chunk.toString()).split('\n');
    unfinished = (lines.pop() ?? '').slice(-KEPT_STDERR);
    for (const line of lines) {
      if (onProgress && PROGRESS.test(line)) onProgress(line);
      else kept = `${kept}${line}\n`.slice(-KEPT_STDERR);
    }
  });
  return () => kept + unfinished;
}

/** Messages of these are about values, which they quote. */
const QUOTES_DATA = /invalid (input|byte|text)|out of range|malformed|too long|could not convert/;

/** The tool's own words: its messages alone, without the SQL and the rows that it shows between them. */
function quote(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter(
      (line) =>
        /^(\S*\/)?(pg_dump|pg_dumpall|pg_restore|psql)\b/.test(line) && !/DETAIL:|CONTEXT:|from TOC entry/.test(line),
    )
    .map((line) => (QUOTES_DATA.test(line) ? line.replace(/"[^"]*"/g, '"…"') : line));
  if (lines.some((line) => line.includes('server version mismatch')))
    return "it is older than the server; install client tools of the server's version or newer.";
  const words = lines.slice(-3).join(' ').slice(0, QUOTED_STDERR) || 'it said nothing';
  return words.endsWith('.') ? words : `${words}.`;
}
