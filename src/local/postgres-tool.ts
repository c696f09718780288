import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isExecutable, onPath, pathDirs, run } from './run';
import {
  resolveChain,
  withHeartbeat,
  type Link,
  type LinkContext,
  type LinkResult,
  type ResolveOptions,
  type Tool,
} from './tool';

/** What must be in one directory, and which of it tells the version. */
interface Wanted {
  programs: string[];
  /** The first of them found on PATH leads to the directory. */
  leads: string[];
  tellsVersion: string;
  oldestMajor: number;
}

/** Server and client must come from one directory: a pg_dump older than its server refuses to work. */
const SERVER: Wanted = {
  programs: ['initdb', 'pg_ctl', 'postgres', 'psql', 'pg_dump', 'pg_restore'],
  leads: ['postgres', 'initdb'],
  tellsVersion: 'postgres',
  oldestMajor: 14,
};
/** Of any age: whether they are new enough is a question of the target's server, which the checklist asks. */
const CLIENT: Wanted = {
  programs: ['psql', 'pg_dump', 'pg_restore'],
  leads: ['pg_dump'],
  tellsVersion: 'pg_dump',
  oldestMajor: 0,
};
/** All that it takes to run one. */
const BARE_SERVER: Wanted = { ...SERVER, programs: ['initdb', 'postgres'] };
const FIX =
  'install PostgreSQL 14 or newer, server and client (Debian, Ubuntu: sudo apt-get install postgresql; macOS: brew install postgresql), ' +
  'or set LOCKKEEPER_PG_BIN to the directory that holds initdb, postgres, psql and pg_dump';

const CLIENT_FIX =
  "install PostgreSQL's client programs, as new as the server (Debian, Ubuntu: sudo apt-get install postgresql-client; " +
  'macOS: brew install libpq), or set LOCKKEEPER_PG_BIN to the directory that holds psql, pg_dump and pg_restore';

/** Finds one directory with all of PostgreSQL's programs; `path` is that directory, symlinks resolved. */
export function resolvePostgres(options?: ResolveOptions): Promise<Tool> {
  const install: Link = { what: 'apt-get install postgresql', source: 'apt', installs: true, find: installWithApt };
  return resolveChain('PostgreSQL', FIX, [...links(SERVER), install], options);
}

/** The same for its client programs alone: all that a worker needs. */
export function resolvePostgresClient(options?: ResolveOptions): Promise<Tool> {
  return resolveChain("PostgreSQL's client programs", CLIENT_FIX, links(CLIENT), options);
}

/** The programs of one directory that runs a server, be there a client or not. */
export function resolvePostgresServer(binDir: string): Promise<Tool> {
  const link: Link = { what: binDir, source: 'env', find: () => inspect(binDir, BARE_SERVER) };
  return resolveChain('PostgreSQL server', FIX, [link]);
}

/** Whether one directory has all of PostgreSQL's programs, server and client. */
export function inspectPostgres(binDir: string): Promise<LinkResult> {
  return inspect(binDir, SERVER);
}

function links(wanted: Wanted): Link[] {
  const among = (globs: string[]): Promise<LinkResult> => firstThatWorks(globs.flatMap(expandNewestFirst), wanted);
  return [
    { what: '$LOCKKEEPER_PG_BIN', source: 'env', find: ({ env }) => fromEnv(env, wanted) },
    { what: 'PATH', source: 'path', find: ({ env }) => firstThatWorks(pathCandidates(env, wanted), wanted) },
    { what: 'system directories', source: 'system', find: () => among(SYSTEM_GLOBS) },
    { what: 'Homebrew and Postgres.app', source: 'homebrew', find: () => among(MAC_GLOBS) },
  ];
}

/** One `*` each, which stands for a version. */
const SYSTEM_GLOBS = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/libexec/postgresql*',
  '/usr/local/pgsql*/bin',
];
const MAC_GLOBS = [
  '/opt/homebrew/opt/postgresql*/bin',
  '/usr/local/opt/postgresql*/bin',
  '/home/linuxbrew/.linuxbrew/opt/postgresql*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
];

async function fromEnv(env: NodeJS.ProcessEnv, wanted: Wanted): Promise<LinkResult> {
  if (!env.LOCKKEEPER_PG_BIN) return { no: 'not set' };
  const result = await inspect(env.LOCKKEEPER_PG_BIN, wanted);
  return 'no' in result ? { ...result, final: true } : result;
}

/** Whether this directory serves. The version is as in "15.18". */
async function inspect(dir: string, { programs, tellsVersion, oldestMajor }: Wanted): Promise<LinkResult> {
  const missing = programs.filter((program) => !isExecutable(join(dir, program)));
  if (missing.length > 0) return { no: `${dir} has no ${missing.join(', ')}` };
  const answer = await run(join(dir, tellsVersion), ['--version']);
  const version = /PostgreSQL\) (\d+[.\w]*)/.exec(answer.stdout)?.[1];
  if (!version) return { no: `${dir}/${tellsVersion} --version: ${answer.reason || answer.stdout.trim()}` };
  if (Number.parseInt(version, 10) < oldestMajor) return { no: `${dir} is ${version}, older than ${oldestMajor}` };
  return { path: dir, version };
}

async function firstThatWorks(dirs: string[], wanted: Wanted): Promise<LinkResult> {
  const reasons: string[] = [];
  for (const dir of dirs) {
    const result = await inspect(dir, wanted);
    if ('path' in result) return result;
    reasons.push(result.no);
  }
  return { no: reasons.join('; ') || 'no PostgreSQL there' };
}

/**
 * The real homes of the programs on PATH. Symlinks must be followed: some systems link only `postgres` into
 * /usr/local/bin, and Debian's /usr/bin/pg_dump is a wrapper that looks for a cluster of its own.
 */
function pathCandidates(env: NodeJS.ProcessEnv, { leads }: Wanted): string[] {
  const found = pathDirs(env).flatMap((dir) => leads.map((program) => join(dir, program)));
  const homes = found.filter(isExecutable).map((program) => dirname(realpathSync(program)));
  return [...new Set(homes)];
}

/** Existing paths that match a pattern with one `*`, highest version first (16 before 9.6). */
function expandNewestFirst(pattern: string): string[] {
  const [before = '', after = ''] = pattern.split('*');
  const parent = dirname(`${before}x`);
  const prefix = before.slice(parent.length + 1);
  const names = existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith(prefix)) : [];
  const version = (name: string) => Number.parseFloat(/\d+(\.\d+)?/.exec(name)?.[0] ?? '0');
  return names
    .sort((a, b) => version(b) - version(a))
    .map((name) => join(parent, name) + after)
    .filter((dir) => existsSync(dir));
}

async function installWithApt({ log, env }: LinkContext): Promise<LinkResult> {
  if (!onPath('apt-get', env)) return { no: 'no apt-get here' };
  if (process.getuid?.() !== 0) return { no: 'needs root' };
  log('PostgreSQL: not found; installing it with apt-get (about a minute, once; no system cluster is made or started)');
  const done = await withoutSystemCluster(() => withHeartbeat(log, 'apt-get', updateAndInstall(env)));
  if (done !== '') return { no: done };
  return firstThatWorks(expandNewestFirst('/usr/lib/postgresql/*/bin'), SERVER);
}

/** @returns why it failed, or ''. */
async function updateAndInstall(env: NodeJS.ProcessEnv): Promise<string> {
  const options = { timeoutMs: 600_000, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
  // Its failure is not final: package lists from before may serve.
  const update = await run('apt-get', ['update', '-qq'], options);
  const lockWait = ['-o', 'DPkg::Lock::Timeout=300'];
  const install = await run(
    'apt-get',
    [...lockWait, 'install', '-y', '-qq', '--no-install-recommends', 'postgresql'],
    options,
  );
  if (install.ok) return '';
  return update.ok ? install.reason : `${install.reason} (and apt-get update: ${update.reason})`;
}

/**
 * Debian's package makes a cluster on port 5432 and starts it when installed. Its own drop-in directory can say no;
 * the drop-in goes away afterwards, so a later install by the machine's owner behaves as usual.
 */
async function withoutSystemCluster<T>(work: () => Promise<T>): Promise<T> {
  const dropIn = '/etc/postgresql-common/createcluster.d/lockkeeper.conf';
  await mkdir(dirname(dropIn), { recursive: true });
  await writeFile(
    dropIn,
    '# Written by Lockkeeper while it installs PostgreSQL; safe to delete.\ncreate_main_cluster = false\n',
  );
  try {
    return await work();
  } finally {
    await rm(dropIn, { force: true });
  }
}
