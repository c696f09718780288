/** pg_dump, pg_dumpall and pg_restore: what Lockkeeper asks of them, and with which flags. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fingerprintOfScript, normaliseSchema } from './schema-fingerprint';
import { runProgram, runWithLogin, type Login, type ProgramRun } from './pg-process';
import { DROP_SUBSCRIPTIONS } from './subscriptions';
import { throttled } from './throttle';

export type DumpFormat = 'custom' | 'directory' | 'plain';

export interface DumpOptions extends Login {
  /** Exported snapshot that the dump must see. */
  snapshot?: string;
  format: DumpFormat;
  /** Parallel jobs; only the directory format has any. */
  jobs: number;
  /** What `--compress` takes; pg_dump's own default without it. */
  compress?: string;
  file: string;
  schemaOnly?: boolean;
  /** Lockkeeper's own schemas, instead of everything else. */
  own?: boolean;
  /** Upper bound; not for the directory format, whose files pg_dump writes itself. */
  bytesPerSecond?: number | null;
  /** Called for each table as its rows begin. */
  onTable?: () => void;
  signal?: AbortSignal;
}

export interface RestoreOptions extends Login {
  database: string;
  file: string;
  format: DumpFormat;
  jobs: number;
  /** Only this part of the dump, in which `data` stands between what makes tables and what makes their indexes; not of plain SQL. */
  section?: 'pre-data' | 'data' | 'post-data';
  /** File with the lines of `contents` that are restored; without it all are. */
  list?: string;
  /** Called for each table as its rows begin; not for plain SQL. */
  onTable?: () => void;
  signal?: AbortSignal;
}

/** A part of a dump that is not plain SQL. */
export interface DumpPart {
  file: string;
  /** File with the lines of `contents` that it is made of. */
  list: string;
  signal?: AbortSignal;
}

export interface PgTools {
  /** Major version of pg_dump. */
  version(): Promise<number>;
  /** Full version of pg_dump: `15.18`. */
  release(): Promise<string>;
  /** Whether pg_dump compresses with zstd: from 16 on, and only where it was built with it. */
  hasZstd(signal?: AbortSignal): Promise<boolean>;
  dump(options: DumpOptions): Promise<void>;
  /** Roles, tablespaces and their settings as SQL, without passwords: needs no right to read pg_authid. */
  dumpGlobals(options: Login & { file: string; signal?: AbortSignal }): Promise<void>;
  /** Stops at the first error: a restore with warnings is not a restore. Subscriptions are left out: they are the original's. */
  restore(options: RestoreOptions): Promise<void>;
  /** What is in a dump, as pg_restore lists it; not of plain SQL. */
  contents(file: string, signal?: AbortSignal): Promise<string>;
  /** A part of a dump as SQL. */
  scriptOf(part: DumpPart): Promise<string>;
  /** Restores a part of a dump, whose SQL goes through `through` on its way. */
  restoreThrough(part: DumpPart, through: Transform, into: Login & { database: string }): Promise<void>;
  /** The schema as SQL that psql can run, without Lockkeeper's schema and Prisma's history table. */
  schemaScript(url: string, more?: { signal?: AbortSignal }): Promise<string>;
  /** The same as normalised text: no comments, no settings of the session. */
  schemaText(url: string): Promise<string>;
}

/** Lockkeeper's bookkeeping, and rows that it keeps for somebody, are not part of the project's schema. */
const EXCLUDE_OWN = ['--exclude-schema=lockkeeper', '--exclude-schema=lockkeeper_salvage'];
const ONLY_OWN = ['--schema=lockkeeper', '--schema=lockkeeper_salvage'];
/** Prisma's own table comes with the first migration, and stays when that is undone. */
const HISTORY = '--exclude-table=*._prisma_migrations';
/** Where no server listens. */
const NO_FOLDER = '/dev/null';
const DUMPS_TABLE = /: dumping contents of table /;
const RESTORES_TABLE = /: processing data for table /;
const PSQL = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--output=/dev/null'];

/** @param binDir folder of PostgreSQL's client programs. */
export function createPgTools(binDir: string): PgTools {
  const run = (program: string, args: string[], login: Login, more: Partial<ProgramRun> = {}): Promise<string> =>
    runWithLogin({ program: join(binDir, program), args: ['--no-password', ...args], ...more }, login);
  const release = async (): Promise<string> => {
    const text = await runProgram({ program: join(binDir, 'pg_dump'), args: ['--version'] }, process.env);
    return /\d+(\.\d+|\w+)?/.exec(text)?.[0] ?? '0';
  };
  /** pg_restore without a server: what it makes of a dump is written to its output. */
  const read = (args: string[], more: Partial<ProgramRun>): Promise<string> => {
    const { PATH } = process.env;
    return runProgram({ program: join(binDir, 'pg_restore'), args, ...more }, { PATH });
  };
  const schemaScript: PgTools['schemaScript'] = (url, more) =>
    run('pg_dump', ['--schema-only', ...EXCLUDE_OWN, HISTORY], { url }, more);
  return {
    release,
    version: async () => Number.parseInt(await release(), 10),
    async hasZstd(signal) {
      // It judges the compression before it connects, and names what it does not know in every language.
      const asked = { program: join(binDir, 'pg_dump'), args: ['--compress=zstd'], signal };
      const words = await runProgram(asked, { PGHOST: NO_FOLDER }).catch((error: Error) => error.message);
      signal?.throwIfAborted();
      return !/zstd/i.test(words.replaceAll(binDir, ''));
    },
    async dump(options) {
      const { file, bytesPerSecond, signal } = options;
      const onProgress = tableCounter(DUMPS_TABLE, options.onTable);
      const verbose = onProgress ? ['--verbose'] : [];
      if (!bytesPerSecond) {
        await run('pg_dump', [...dumpArgs(options), ...verbose, `--file=${file}`], options, { onProgress, signal });
        return;
      }
      // Through a pipe: a worker that is killed takes the dump with it, which a stopped process would survive.
      const stdoutTo = (stdout: Readable): Promise<void> =>
        pipeline(stdout, throttled(bytesPerSecond), createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
      await run('pg_dump', [...dumpArgs(options), ...verbose], options, { onProgress, signal, stdoutTo });
    },
    async dumpGlobals({ file, signal, ...login }) {
      const args = ['--globals-only', '--no-role-passwords', `--file=${file}`];
      // It would look for a database called postgres, which the role may not enter.
      const database = login.database === undefined ? [] : [`--database=${connectionString(login.database)}`];
      await run('pg_dumpall', [...args, ...database], login, { signal });
    },
    async restore(options) {
      const { signal } = options;
      if (options.format === 'plain') {
        await run('psql', [...PSQL, `--file=${options.file}`, `--command=${DROP_SUBSCRIPTIONS}`], options, { signal });
        return;
      }
      const onProgress = tableCounter(RESTORES_TABLE, options.onTable);
      const args = [
        '--exit-on-error',
        '--no-subscriptions',
        `--jobs=${options.jobs}`,
        ...(options.section === undefined ? [] : [`--section=${options.section}`]),
        ...(options.list === undefined ? [] : [`--use-list=${options.list}`]),
        ...(onProgress ? ['--verbose'] : []),
        `--dbname=${connectionString(options.database)}`,
        options.file,
      ];
      await run('pg_restore', args, options, { onProgress, signal });
    },
    contents: (file, signal) => read(['--list', file], { signal }),
    scriptOf: ({ file, list, signal }) => read([`--use-list=${list}`, '--file=-', file], { signal }),
    async restoreThrough({ file, list, signal }, through, into) {
      const args = [`--use-list=${list}`, '--file=-', file];
      const stdinFrom = async (stdin: Writable): Promise<void> => {
        await read(args, { signal, stdoutTo: (stdout) => pipeline(stdout, through, stdin) });
      };
      await run('psql', PSQL, into, { signal, stdinFrom });
    },
    schemaScript,
    schemaText: async (url) => normaliseSchema(await schemaScript(url)),
  };
}

function dumpArgs({ format, jobs, snapshot, compress, schemaOnly, own }: DumpOptions): string[] {
  return [
    `--format=${format}`,
    ...(format === 'directory' ? [`--jobs=${jobs}`] : []),
    ...(snapshot === undefined ? [] : [`--snapshot=${snapshot}`]),
    ...(compress === undefined ? [] : [`--compress=${compress}`]),
    ...(schemaOnly ? ['--schema-only'] : []),
    ...(own ? ONLY_OWN : EXCLUDE_OWN),
  ];
}

/** A name with "=" in it would be read as a connection string of its own. */
function connectionString(database: string): string {
  return `dbname='${database.replace(/[\\']/g, '\\$&')}'`;
}

function tableCounter(marker: RegExp, onTable: (() => void) | undefined): ((line: string) => void) | undefined {
  return onTable && ((line) => void (marker.test(line) && onTable()));
}

/** Of the schema of a database. */
export async function schemaFingerprint(tools: PgTools, url: string, more?: { signal?: AbortSignal }): Promise<string> {
  return fingerprintOfScript(await tools.schemaScript(url, more));
}
