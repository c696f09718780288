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

/** Server and client must come from one directory: a pg_dump older than its server refuses to work. */
const PROGRAMS = ['initdb', 'pg_ctl', 'postgres', 'psql', 'pg_dump', 'pg_restore'];
const OLDEST_MAJOR = 14;
const FIX =
  'install PostgreSQL 14 or newer, server and client (Debian, Ubuntu: sudo apt-get install postgresql; macOS: brew install postgresql), ' +
  'or set LOCKKEEPER_PG_BIN to the directory that holds initdb, postgres, psql and pg_dump';

/** Finds one directory with all of PostgreSQL's programs; `path` is that directory, symlinks resolved. */
export function resolvePostgres(options?: ResolveOptions): Promise<Tool> {
  return resolveChain('PostgreSQL', FIX, LINKS, options);
}

const LINKS: Link[] = [
  { what: '$LOCKKEEPER_PG_BIN', source: 'env', find: fromEnv },
  { what: 'PATH', source: 'path', find: ({ env }) => firstThatWorks(pathCandidates(env)) },
  { what: 'system directories', source: 'system', find: () => firstThatWorks(SYSTEM_GLOBS.flatMap(expandNewestFirst)) },
  {
    what: 'Homebrew and Postgres.app',
    source: 'homebrew',
    find: () => firstThatWorks(MAC_GLOBS.flatMap(expandNewestFirst)),
  },
  { what: 'apt-get install postgresql', source: 'apt', installs: true, find: installWithApt },
];

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

async function fromEnv({ env }: LinkContext): Promise<LinkResult> {
  if (!env.LOCKKEEPER_PG_BIN) return { no: 'not set' };
  const result = await inspect(env.LOCKKEEPER_PG_BIN);
  return 'no' in result ? { ...result, final: true } : result;
}

/** Whether this directory serves. The version is the server's, as in "15.18". */
async function inspect(dir: string): Promise<LinkResult> {
  const missing = PROGRAMS.filter((program) => !isExecutable(join(dir, program)));
  if (missing.length > 0) return { no: `${dir} has no ${missing.join(', ')}` };
  const answer = await run(join(dir, 'postgres'), ['--version']);
  const version = /PostgreSQL\) (\d+[.\w]*)/.exec(answer.stdout)?.[1];
  if (!version) return { no: `${dir}/postgres --version: ${answer.reason || answer.stdout.trim()}` };
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) return { no: `${dir} is ${version}, older than ${OLDEST_MAJOR}` };
  return { path: dir, version };
}

async function firstThatWorks(dirs: string[]): Promise<LinkResult> {
  const reasons: string[] = [];
  for (const dir of dirs) {
    const result = await inspect(dir);
    if ('path' in result) return result;
    reasons.push(result.no);
  }
  return { no: reasons.join('; ') || 'no PostgreSQL server there' };
}

/**
 * The real homes of the servers on PATH. Symlinks must be followed: some systems link only `postgres` into
 * /usr/local/bin, and Debian's /usr/bin/pg_dump is a wrapper that looks for a cluster of its own.
 */
function pathCandidates(env: NodeJS.ProcessEnv): string[] {
  const servers = pathDirs(env).flatMap((dir) => ['postgres', 'initdb'].map((program) => join(dir, program)));
  const homes = servers.filter(isExecutable).map((server) => dirname(realpathSync(server)));
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
  return firstThatWorks(expandNewestFirst('/usr/lib/postgresql/*/bin'));
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
