import { readFile, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import { isPortFree, startPostgres, type StartPostgresOptions } from '../../src/local';
import { isAlive } from '../../src/local/lock';
import { until } from '../support/until';
import { occupy, spacedDir, startInAnotherProcess } from './support';

const BASE_PORT = 25_433;
const quick = { settings: { fsync: 'off' }, port: BASE_PORT };

let dir: Awaited<ReturnType<typeof spacedDir>>;
beforeEach(async () => (dir = await spacedDir()));
afterEach(() => dir.remove());

const start = (options: Partial<StartPostgresOptions> = {}) =>
  startPostgres({ dataDir: join(dir.path, 'pg'), ...quick, ...options });

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}

test('makes a data directory, serves on loopback only, and keeps data and password for the next run', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 1');
  expect(await query(first.url, 'show listen_addresses')).toEqual([['127.0.0.1']]);
  expect(await query(first.url, 'show fsync')).toEqual([['off']]);
  expect((await stat(join(first.dataDir, 'lockkeeper.password'))).mode & 0o777).toBe(0o600);
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(await isPortFree(first.port)).toBe(true);

  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'select count(*)::int from kept')).toEqual([[1]]);
  await second.stop();
});

test('refuses a wrong password, also from this machine', async () => {
  const server = await start();
  const wrong = server.url.replace(/:[0-9a-f]+@/, ':wrong@');
  await expect(query(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
  await server.stop();
});

test('steps over a taken port', async () => {
  const other = await occupy(BASE_PORT);
  const server = await start();
  expect(server.port).toBeGreaterThan(BASE_PORT);
  await server.stop();
  other.close();
});

test('uses a server that already runs on the directory, and leaves it running', async () => {
  const first = await start();
  const second = await start();
  expect(second).toMatchObject({ reused: true, pid: first.pid, port: first.port, url: first.url });
  await second.stop();
  expect(await query(first.url, 'select 1')).toEqual([[1]]);
  await first.stop();
});

test('two that start at once on one directory get a server each when told to step aside', async () => {
  const both = await Promise.all([start({ ifRunning: 'step-aside' }), start({ ifRunning: 'step-aside' })]);
  expect(new Set(both.map((server) => server.port)).size).toBe(2);
  expect(both.map((server) => server.dataDir).sort()).toEqual([join(dir.path, 'pg'), join(dir.path, 'pg-2')]);
  await Promise.all(both.map((server) => server.stop()));
});

test('starts again after a crash of the server, and is not fooled by a pid that another program has now', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 1');
  await first.crash();
  expect(await first.exited).toBe('ended by SIGKILL');
  const pidFile = join(first.dataDir, 'postmaster.pid');
  const stale = (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(process.pid));
  await writeFile(pidFile, stale);

  const second = await start();
  expect(second.reused).toBe(false);
  expect(await query(second.url, 'select count(*)::int from kept')).toEqual([[1]]);
  await second.stop();
});

test('leaves no server behind when its parent is killed with SIGKILL, and its directory is usable at once', async () => {
  const dataDir = join(dir.path, 'pg');
  const { child, pids } = await startInAnotherProcess({ DATA_DIR: dataDir, PORT: String(BASE_PORT) });
  expect(isAlive(pids[0]!)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  // Not waited for: a server that is just stopping must not be taken for one that can be used.
  const next = await start();
  expect(next.reused).toBe(false);
  await until('the orphan ends', () => !isAlive(pids[0]!));
  await next.stop();
});

test('a directory with something else in it is refused and left as it is', async () => {
  await writeFile(join(dir.path, 'precious'), 'x');
  await expect(startPostgres({ dataDir: dir.path, ...quick })).rejects.toThrow(
    /holds something that is not a PostgreSQL data directory/,
  );
  expect(await readFile(join(dir.path, 'precious'), 'utf8')).toBe('x');
});

test('a setting that the server refuses is reported in its own words', async () => {
  await expect(start({ settings: { max_connections: 'many' } })).rejects.toThrow(
    /invalid value for parameter "max_connections"/,
  );
});
