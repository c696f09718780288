import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { firstFreePort } from './free-port';
import { spawnServer, type ServerProcess } from './server-process';
import { resolveTemporalCli } from './temporal-tool';
import { requireTool, type Log } from './tool';

export interface StartTemporalOptions {
  log?: Log;
  /** SQLite file that keeps workflows between runs. Default: in memory only. */
  dbFile?: string;
  /** The first ports to try; taken ones are stepped over. Defaults: 7233 and 8233. */
  port?: number;
  uiPort?: number;
  namespace?: string;
  /** The `temporal` executable. Default: what `resolveTemporalCli` finds, without installing. */
  cli?: string;
}

export interface LocalTemporal {
  /** "127.0.0.1:7233" */
  address: string;
  /** "http://127.0.0.1:8233" */
  uiUrl: string;
  namespace: string;
  port: number;
  uiPort: number;
  pid: number;
  /** Settles when the server has ended, with the reason in words. */
  exited: Promise<string>;
  stop(): Promise<void>;
  /** SIGKILL, for tests of crashes. */
  crash(): Promise<void>;
}

/**
 * The dev server polls its one shard 20 times a second by default, about 100 ms for every activity; with these it is
 * about 9 ms.
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'system.enableActivityEagerExecution=true',
];
const SEARCH_ATTRIBUTES = ['Environment', 'Target', 'Phase', 'Outcome', 'Database'].map((name) => `Lockkeeper${name}`);
const START_MS = 60_000;

/**
 * Starts Temporal's dev server with its UI on the loopback address, as a child that ends with this process. Returns
 * when both serve.
 * @throws ToolMissingError without the Temporal CLI; Error with the server's last lines if it does not start.
 */
export async function startTemporal(options: StartTemporalOptions = {}): Promise<LocalTemporal> {
  const { namespace = 'default', dbFile } = options;
  const tool = requireTool(await resolveTemporalCli(options.cli ? { env: { TEMPORAL_CLI: options.cli } } : {}));
  if (dbFile) await mkdir(dirname(dbFile), { recursive: true });
  const deadline = Date.now() + START_MS;
  let [portFrom, uiFrom] = [options.port ?? 7233, options.uiPort ?? 8233];
  for (;;) {
    const port = await firstFreePort(portFrom);
    const uiPort = await firstFreePort(uiFrom, [port]);
    const logDir = await mkdtemp(join(tmpdir(), 'lockkeeper-temporal-'));
    const server = launch(tool.path, { port, uiPort, namespace, dbFile, logFile: join(logDir, 'server.log') });
    // Kept only when the server ends by itself: then it is the one witness.
    const then = (end: () => Promise<void>) => () => end().then(() => rm(logDir, { recursive: true, force: true }));
    const [stop, crash] = [then(server.stop), then(server.crash)];
    const local = { address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}`, namespace, port, uiPort };
    const failure = await untilServing(server, local, deadline);
    if (failure === '') return { ...local, pid: server.pid!, exited: server.exited, stop, crash };
    // It ends by a panic where another program takes one of its inner ports: the reason stands far above the last lines.
    const said = `${failure}\n${server.tail(500)}`;
    await stop();
    if (!/address already in use|can't (bind|set) .*port/i.test(said) || Date.now() > deadline) {
      throw new Error(`the Temporal dev server did not start: ${failure}`);
    }
    [portFrom, uiFrom] = [port + 1, uiPort + 1];
  }
}

interface LaunchArgs {
  port: number;
  uiPort: number;
  namespace: string;
  dbFile: string | undefined;
  logFile: string;
}

function launch(cli: string, { port, uiPort, namespace, dbFile, logFile }: LaunchArgs): ServerProcess {
  const args = [
    'server',
    'start-dev',
    '--headless=false',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--ui-port',
    String(uiPort),
    '--namespace',
    namespace,
    '--log-level',
    'error',
    ...(dbFile ? ['--db-filename', dbFile] : []),
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
  // The caller's TEMPORAL_* name another server, with its certificates and keys.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
  return spawnServer({ name: 'temporal', command: cli, args, logFile, stopSignals: ['TERM', 'KILL'], env });
}

/** @returns '' when server, namespace and UI all answer, or why not, with the server's last lines. */
async function untilServing(
  server: ServerProcess,
  local: { address: string; uiUrl: string; namespace: string },
  deadline: number,
): Promise<string> {
  let last = '';
  while (Date.now() < deadline) {
    if (!server.running()) return `${await server.exited}\n${server.tail()}`;
    last = (await frontendProblem(local.address, local.namespace)) || (await uiProblem(local.uiUrl));
    if (last === '' && server.running()) return '';
    await sleep(50);
  }
  return `not ready within ${START_MS / 1000} s (${last})\n${server.tail()}`;
}

async function frontendProblem(address: string, namespace: string): Promise<string> {
  let connection: Connection | undefined;
  try {
    // Loaded here: whoever only looks for a tool has no use for a client that takes half as long to load as all the rest.
    const client = await import('@temporalio/client');
    connection = await client.Connection.connect({ address, connectTimeout: 2_000 });
    await connection.workflowService.describeNamespace({ namespace });
    return '';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await connection?.close();
  }
}

async function uiProblem(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok ? '' : `the UI answers HTTP ${response.status}`;
  } catch (error) {
    return `the UI does not answer: ${(error as Error).message}`;
  }
}
