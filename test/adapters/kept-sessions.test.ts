/** Sessions between two uses. */
import { KeptSessions } from '../../src/adapters/kept-sessions';
import { openSession, type Client } from '../../src/adapters/postgres';
import { testDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';

let database: TestDatabase;
let opened: Client[];

beforeEach(async () => {
  database = await testDatabase();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((client) => client.end().catch(() => undefined)));
  await database.drop();
});

async function open(): Promise<Client> {
  const client = await openSession(database.url, { applicationName: 'lockkeeper/kept', lockTimeoutMs: 7_000 });
  opened.push(client);
  return client;
}

async function pids(): Promise<number[]> {
  const { rows } = await database.client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'lockkeeper/kept' AND datname = current_database()`,
  );
  return rows.map(({ pid }) => pid);
}

/** All that outlives a transaction. */
const state = `SELECT current_setting('lock_timeout') AS patience, current_setting('search_path') AS path, current_user AS role,
  current_setting('mine.own', true) AS own, to_regclass('pg_temp.scratch') AS temporary,
  (SELECT count(*)::int FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks,
  (SELECT count(*)::int FROM pg_prepared_statements) AS plans, (SELECT count(*)::int FROM pg_listening_channels()) AS heard`;

test('a session is as it was opened when it is taken again', async () => {
  const sessions = new KeptSessions();
  const client = await open();
  const { rows: before } = await client.query(state);
  await client.query(`SET lock_timeout = 0; SET search_path = pg_catalog; SET mine.own = 'yes'; SET ROLE pg_monitor;
    SELECT pg_advisory_lock(1); CREATE TEMP TABLE scratch (); PREPARE one AS SELECT 1; LISTEN news`);
  await sessions.keep('a', client);
  expect(sessions.take('a')).toBe(client);
  const { rows: after } = await client.query(state);
  // A setting of one's own has no default to go back to.
  expect(after).toEqual(before.map((row: object) => ({ ...row, own: '' })));
});

test('is taken once, under its name', async () => {
  const sessions = new KeptSessions();
  await sessions.keep('a', await open());
  expect(sessions.take('b')).toBeNull();
  expect(sessions.take('a')).not.toBeNull();
  expect(sessions.take('a')).toBeNull();
});

test('the later of two under one name is kept, and the other ended', async () => {
  const sessions = new KeptSessions();
  await sessions.keep('a', await open());
  const later = await open();
  await sessions.keep('a', later);
  await until('one is left', async () => (await pids()).length === 1);
  expect(sessions.take('a')).toBe(later);
});

test('one that nobody takes ends', async () => {
  const sessions = new KeptSessions(50);
  await sessions.keep('a', await open());
  await until('it is gone', async () => (await pids()).length === 0);
  expect(sessions.take('a')).toBeNull();
});

test('one that somebody else ended meanwhile is none', async () => {
  const sessions = new KeptSessions(600_000);
  const client = await open();
  const ended = new Promise<void>((resolve) => client.on('end', resolve));
  await sessions.keep('a', client);
  await database.client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [await pids()]);
  await ended;
  expect(sessions.take('a')).toBeNull();
});

test('one that cannot be as it was is not kept', async () => {
  const sessions = new KeptSessions();
  const client = await open();
  await client.query('BEGIN');
  await sessions.keep('a', client);
  expect(sessions.take('a')).toBeNull();
  await until('it is gone', async () => (await pids()).length === 0);
});
