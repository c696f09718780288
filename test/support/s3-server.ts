/** A real S3 server for one test file: Versity's gateway over a folder. Found, or built once into the cache. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir, firstFreePort, requireTool, type ResolveOptions, type Tool } from '../../src/local';
import { installIntoCache } from '../../src/local/cache';
import { waitForPort } from '../../src/local/free-port';
import { isExecutable, onPath, run } from '../../src/local/run';
import { spawnServer } from '../../src/local/server-process';
import { resolveChain, withHeartbeat, type Link, type LinkContext, type LinkResult } from '../../src/local/tool';

const FILE = 'versitygw';
const VERSION = '1.8.0';
const MODULE = `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`;
const CACHED = `versitygw-${VERSION}`;
const FIX = 'install Go and run this again; or set LOCKKEEPER_VERSITYGW to the path of a versitygw binary';
const BUILD_TIMEOUT_MS = 600_000;

/** Milliseconds that a hook leaves it: on a machine that never built it, the build is most of that. */
export const STARTS_WITHIN_MS = BUILD_TIMEOUT_MS + 60_000;

export function resolveS3Server(options?: ResolveOptions): Promise<Tool> {
  return resolveChain('Versity S3 Gateway', FIX, LINKS, options);
}

const LINKS: Link[] = [
  { what: '$LOCKKEEPER_VERSITYGW', source: 'env', find: async ({ env }) => given(env['LOCKKEEPER_VERSITYGW']) },
  { what: `${FILE} on PATH`, source: 'path', find: async ({ env }) => found(onPath(FILE, env)) },
  { what: 'cache', source: 'cache', find: async ({ env }) => found(join(cacheDir(env), CACHED, FILE)) },
  { what: `go install ${MODULE}`, source: 'go-install', installs: true, find: fromGo },
];

function given(path: string | undefined): LinkResult {
  if (!path) return { no: 'not set' };
  const result = found(path);
  return 'no' in result ? { ...result, final: true } : result;
}

function found(path: string | null): LinkResult {
  return path !== null && isExecutable(path) ? { path, version: VERSION } : { no: 'not there' };
}

async function fromGo(context: LinkContext): Promise<LinkResult> {
  const go = onPath('go', context.env);
  if (!go) return { no: 'no go on PATH' };
  context.log(`Versity S3 Gateway: building it with go install (a minute or two, once)`);
  const dir = await installIntoCache(CACHED, context, async (staging) => {
    const build = run(go, ['install', MODULE], {
      env: { ...context.env, GOBIN: staging },
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    const built = await withHeartbeat(context.log, 'go install', build);
    if (!built.ok) throw new Error(built.reason);
  });
  return { path: join(dir, FILE), version: VERSION };
}

export interface S3Server {
  endpoint: string;
  bucket: string;
  /** Where the objects lie as files, by their keys. */
  folder: string;
  /** Credentials, as a worker's environment has them. */
  env: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };
  stop(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const { path } = requireTool(await resolveS3Server({ mode: 'install' }));
  const root = mkdtempSync(join(tmpdir(), 'lockkeeper s3 '));
  const bucket = 'backups';
  mkdirSync(join(root, bucket));
  const port = await firstFreePort(7733);
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: randomBytes(16).toString('hex') };
  const server = spawnServer({
    name: FILE,
    command: path,
    args: ['--port', `127.0.0.1:${port}`, '--region', 'us-east-1', 'posix', root],
    logFile: join(root, '..', `lockkeeper-s3-${port}.log`),
    stopSignals: ['TERM', 'KILL'],
    env: { ...process.env, ROOT_ACCESS_KEY: env.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: env.AWS_SECRET_ACCESS_KEY },
  });
  if (!(await waitForPort(port, { timeoutMs: 20_000, until: server.exited })))
    throw new Error(`versitygw does not start: ${server.tail()}`);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    folder: join(root, bucket),
    env,
    async stop() {
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
