/** pg_dump and pg_restore as child processes: passwords in a PGPASSFILE (0600), never in an argument or a message. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { FailureType, permanent } from '../errors';
import { endpointOf, type Endpoint } from './postgres';

export interface DumpOptions {
  url: string;
  database?: string;
  /** Exported snapshot that the dump must see. */
  snapshot?: string;
  format: 'custom' | 'directory' | 'plain';
  /** Parallel jobs; only the directory format has any. */
  jobs: number;
  file: string;
  schemaOnly?: boolean;
  signal?: AbortSignal;
}

export interface RestoreOptions {
  url: string;
  database: string;
  file: string;
  format: 'custom' | 'directory' | 'plain';
  jobs: number;
  signal?: AbortSignal;
}

export interface PgTools {
  /** Major version of pg_dump. */
  version(): Promise<number>;
  dump(options: DumpOptions): Promise<void>;
  /** Stops at the first error: a restore with warnings is not a restore. */
  restore(options: RestoreOptions): Promise<void>;
  /** The schema as normalised text: no comments, no settings of the session, without Lockkeeper's schema and Prisma's history table. */
  schemaText(url: string, database?: string): Promise<string>;
}

/** Stderr that a failure quotes, at most. */
const QUOTED_STDERR = 600;
/** More is kept: pg_restore shows the whole statement after its message. */
const KEPT_STDERR = 256 * 1024;
/** Lockkeeper's bookkeeping is not part of the project's schema. */
const EXCLUDE_OWN = ['--exclude-schema=lockkeeper'];
/** Prisma's own table comes with the first migration, and stays when that is undone. */
const HISTORY = '--exclude-table=*._prisma_migrations';

/** @param binDir folder of PostgreSQL's client programs. */
export function createPgTools(binDir: string): PgTools {
  const run = (
    program: string,
    args: string[],
    target: { url: string; database?: string | undefined },
    signal?: AbortSignal,
  ): Promise<string> => runTool(join(binDir, program), args, target.url, target.database, signal);
  return {
    async version() {
      const text = await spawnTool(join(binDir, 'pg_dump'), ['--version'], process.env);
      return Number(/(\d+)/.exec(text)?.[1] ?? 0);
    },
    async dump(options) {
      const parallel = options.format === 'directory' ? [`--jobs=${options.jobs}`] : [];
      const snapshot = options.snapshot === undefined ? [] : [`--snapshot=${options.snapshot}`];
      const schemaOnly = options.schemaOnly ? ['--schema-only'] : [];
      const args = [
        `--format=${options.format}`,
        `--file=${options.file}`,
        '--no-password',
        ...parallel,
        ...snapshot,
        ...schemaOnly,
        ...EXCLUDE_OWN,
      ];
      await run('pg_dump', args, options, options.signal);
    },
    async restore(options) {
      if (options.format === 'plain') {
        await run(
          'psql',
          [
            '--no-psqlrc',
            '--quiet',
            '--no-password',
            '--set=ON_ERROR_STOP=1',
            '--output=/dev/null',
            `--file=${options.file}`,
          ],
          options,
          options.signal,
        );
      } else {
        const args = [
          '--exit-on-error',
          '--no-password',
          `--jobs=${options.jobs}`,
          `--dbname=${options.database}`,
          options.file,
        ];
        await run('pg_restore', args, options, options.signal);
      }
    },
    async schemaText(url, database) {
      return normaliseSchema(
        await run('pg_dump', ['--schema-only', '--no-password', ...EXCLUDE_OWN, HISTORY], { url, database }),
      );
    },
  };
}

/** sha256 (hex) of `schemaText`: equal fingerprints = equal schemas, to pg_dump's eye. */
export async function schemaFingerprint(tools: PgTools, url: string, database?: string): Promise<string> {
  return createHash('sha256')
    .update(await tools.schemaText(url, database))
    .digest('hex');
}

/** Comments, session settings and the random \restrict key differ from dump to dump of one schema. */
function normaliseSchema(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => line !== '' && !/^(--|\\(un)?restrict |SET |SELECT pg_catalog\.set_config)/.test(line))
    .join('\n');
}

async function runTool(
  program: string,
  args: string[],
  url: string,
  database: string | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const endpoint = endpointOf(url);
  const folder = await mkdtemp(join(tmpdir(), 'lockkeeper-'));
  try {
    const passfile = join(folder, 'pgpass');
    await writeFile(passfile, passLine(endpoint), { mode: 0o600 });
    return await spawnTool(program, args, connectionEnv(endpoint, database, passfile), signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function passLine({ password }: Endpoint): string {
  return `*:*:*:*:${password.replace(/([\\:])/g, '\\$1')}\n`;
}

function connectionEnv(endpoint: Endpoint, database: string | undefined, passfile: string): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, SystemRoot } = process.env;
  return {
    PATH,
    HOME,
    TMPDIR,
    SystemRoot,
    PGHOST: endpoint.host,
    PGPORT: String(endpoint.port),
    ...(endpoint.user === '' ? {} : { PGUSER: endpoint.user }),
    PGDATABASE: database ?? endpoint.database,
    PGPASSFILE: passfile,
    PGAPPNAME: 'lockkeeper/pg-tools',
    PGCONNECT_TIMEOUT: '10',
    // "no-verify" is the driver's word for what libpq calls "require".
    ...(endpoint.sslmode === null
      ? {}
      : { PGSSLMODE: endpoint.sslmode === 'no-verify' ? 'require' : endpoint.sslmode }),
    ...Object.fromEntries(Object.entries(endpoint.sslFiles).map(([name, path]) => [`PG${name.toUpperCase()}`, path])),
  };
}

function spawnTool(program: string, args: string[], env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...(signal ? { signal } : {}) });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-KEPT_STDERR)));
    child.on('error', (error) =>
      reject(
        signal?.aborted
          ? error
          : permanent(
              FailureType.Backup,
              `${program} could not be started (${(error as NodeJS.ErrnoException).code ?? 'error'}); run "lockkeeper doctor".`,
            ),
      ),
    );
    child.on('close', (code, killedBy) => {
      if (code === 0) resolve(Buffer.concat(stdout).toString('utf8'));
      else
        reject(
          permanent(FailureType.Backup, `${program} ended with ${killedBy ?? `exit code ${code}`}: ${quote(stderr)}`),
        );
    });
  });
}

/** Messages of these are about values, which they quote. */
const QUOTES_DATA = /invalid (input|byte|text)|out of range|malformed|too long|could not convert/;

/** The tool's own words: its messages alone, without the SQL and the rows that it shows between them. */
function quote(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter(
      (line) => /^(\S*\/)?(pg_dump|pg_restore|psql)\b/.test(line) && !/DETAIL:|CONTEXT:|from TOC entry/.test(line),
    )
    .map((line) => (QUOTES_DATA.test(line) ? line.replace(/"[^"]*"/g, '"…"') : line));
  if (lines.some((line) => line.includes('server version mismatch')))
    return "it is older than the server; install client tools of the server's version or newer.";
  const words = lines.slice(-3).join(' ').slice(0, QUOTED_STDERR) || 'it said nothing';
  return words.endsWith('.') ? words : `${words}.`;
}
