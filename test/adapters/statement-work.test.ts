/** A long statement seen from beside. */
import { Client } from 'pg';
import { workOf } from '../../src/adapters/statement-work';
import { testDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';

let database: TestDatabase;
let worker: Client;
let other: Client;
let pid: number;

beforeEach(async () => {
  database = await testDatabase();
  await database.client.query('CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 1000); ANALYZE t');
  [worker, other] = [
    new Client(database.url),
    new Client({ connectionString: database.url, application_name: 'reporting' }),
  ];
  await Promise.all([worker.connect(), other.connect()]);
  pid = (worker as unknown as { processID: number }).processID;
  await other.query('BEGIN; INSERT INTO t VALUES (0)');
});

afterEach(async () => {
  await Promise.all([worker.end(), other.end()]);
  await database.drop();
});

it('says how far an index build is, and for whose transaction it waits', async () => {
  const build = worker.query('CREATE INDEX CONCURRENTLY i ON t (id)');
  const seen = await until('the build waits', async () => {
    const now = await workOf(database.client, pid);
    return now.blockers.length > 0 ? now : null;
  });
  expect(seen).toMatchObject({
    work: { phase: 'waiting for writers before build', percent: 0 },
    blockers: [{ application: 'reporting', state: 'idle in transaction', query: 'BEGIN; INSERT INTO t VALUES ($1)' }],
  });
  await other.query('COMMIT');
  await build;
});

it('names the table of a statement of which the server tells nothing', async () => {
  await other.query('COMMIT');
  await worker.query('BEGIN; ALTER TABLE t ALTER COLUMN id TYPE bigint');
  const sleeping = worker.query('SELECT pg_sleep(60)').catch(() => undefined);
  expect(await workOf(database.client, pid)).toEqual({
    work: { phase: 'working on t, about 40 kB', percent: null },
    blockers: [],
  });
  await database.client.query('SELECT pg_cancel_backend($1)', [pid]);
  await sleeping;
});
