import { chown } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstFreePort } from './free-port';
import { ensureDataDir, serverEnv, type ServerUser } from './postgres-data-dir';
import { answersAt, runningServer, urlOf } from './postmaster';
import { resolvePostgres, resolvePostgresServer } from './postgres-tool';
import { spawnServer, type ServerProcess } from './server-process';
import { requireTool, type Log } from './tool';

export interface StartPostgresOptions {
  /** Made if absent. As root, a path that user `postgres` may enter (see `stateDir`). */
  dataDir: string;
  /** The first port to try; taken ones are stepped over. Default: 5433. */
  port?: number;
  log?: Log;
  /** Server settings, as in postgresql.conf: `{ fsync: 'off' }`. */
  settings?: Record<string, string | number>;
  /** When a server already runs on `dataDir`: use that one (and not stop it), or use `<dataDir>-2`, `-3`... Default: reuse. */
  ifRunning?: 'reuse' | 'step-aside';
  /** The programs' directory. Default: what `resolvePostgres` finds, without installing. */
  binDir?: string;
}

export interface LocalPostgres {
  /** postgresql://lockkeeper:<password>@127.0.0.1:<port>/postgres */
  url: string;
  port: number;
  binDir: string;
  dataDir: string;
  pid: number;
  /** True if it ran before; then `stop` and `crash` leave it alone. */
  reused: boolean;
  /** Settles when the server has ended, with the reason in words. Never, for a reused one. */
  exited: Promise<string>;
  stop(): Promise<void>;
  /** SIGKILL, for tests of crashes. */
  crash(): Promise<void>;
}

/** Fast shutdown first (sessions are ended, data is written), then immediate, then force. */
const STOP_SIGNALS = ['INT', 'QUIT', 'KILL'] as const;
const START_MS = 60_000;

/**
 * Starts a PostgreSQL server on the loopback address, as a child that ends with this process; makes its data directory
 * first if needed. Returns when it answers queries.
 * @throws ToolMissingError without PostgreSQL; Error with the server's last lines if it does not start.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<LocalPostgres> {
  const { log = () => {}, ifRunning = 'reuse', port = 5433, settings = {} } = options;
  const tool = requireTool(await (options.binDir ? resolvePostgresServer(options.binDir) : resolvePostgres()));
  const deadline = Date.now() + START_MS;
  let dataDir = resolve(options.dataDir);
  let from = port;
  for (let copy = 2; ;) {
    const { password, user } = await ensureDataDir(dataDir, tool.path, tool.version, log);
    const running = await runningServer(dataDir, password);
    if (running && ifRunning === 'step-aside') {
      dataDir = `${resolve(options.dataDir)}-${copy++}`;
      continue;
    }
    if (running) return reused(running, { password, dataDir, binDir: tool.path });
    const chosen = await firstFreePort(from);
    const server = await launch(tool.path, dataDir, chosen, settings, user);
    const url = urlOf(chosen, password);
    const failure = await untilAnswering(server, url, deadline);
    if (failure === '')
      return { url, port: chosen, binDir: tool.path, dataDir, reused: false, pid: server.pid!, ...controls(server) };
    await server.stop();
    if (!mayTryAgain(failure) || Date.now() > deadline)
      throw new Error(`PostgreSQL did not start on ${dataDir}: ${failure}`);
    if (/in use$/m.test(failure)) from = chosen + 1;
    await sleep(200);
  }
}

async function launch(
  binDir: string,
  dataDir: string,
  port: number,
  settings: Record<string, string | number>,
  user: ServerUser,
): Promise<ServerProcess> {
  const all = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    log_destination: 'stderr',
    logging_collector: 'off',
    ...settings,
  };
  const args = ['-D', dataDir, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const logFile = join(dataDir, 'lockkeeper.log');
  const server = spawnServer({
    name: 'postgres',
    command: join(binDir, 'postgres'),
    args,
    logFile,
    stopSignals: [...STOP_SIGNALS],
    env: serverEnv(),
    user,
  });
  // After a crash the server opens every file in its directory.
  if (user) await chown(logFile, user.uid, user.gid);
  return server;
}

/** @returns '' when it answers, or why it does not, with the server's last lines. */
async function untilAnswering(server: ServerProcess, url: string, deadline: number): Promise<string> {
  while (Date.now() < deadline) {
    if (!server.running()) return `${await server.exited}\n${server.tail()}`;
    // Still running after the answer: it was ours that answered, not another that took the port.
    if ((await answersAt(url)) && server.running()) return '';
    await sleep(50);
  }
  return `no answer within ${START_MS / 1000} s\n${server.tail()}`;
}

/** Lost races: for the port, for the directory, and with the last sessions of a server that was killed. */
function mayTryAgain(failure: string): boolean {
  return /Address already in use|could not create any TCP\/IP sockets|lock file .* already exists|still in use/.test(
    failure,
  );
}

function reused(
  running: { pid: number; port: number },
  common: { password: string; dataDir: string; binDir: string },
): LocalPostgres {
  const { password, ...dirs } = common;
  const nothing = async () => {};
  return {
    ...running,
    ...dirs,
    url: urlOf(running.port, password),
    reused: true,
    exited: new Promise(() => {}),
    stop: nothing,
    crash: nothing,
  };
}

function controls({ exited, stop, crash }: ServerProcess): Pick<ServerProcess, 'exited' | 'stop' | 'crash'> {
  return { exited, stop, crash };
}
