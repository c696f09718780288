/** Taking back the parts of a statement whose last part failed: what is tried again, what it waits for, and when it stops. */
import { Client } from 'pg';
import { takeFence } from '../../src/adapters/ledger/fence';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { openSession } from '../../src/adapters/postgres';
import { takeBack } from '../../src/adapters/take-back';
import { testDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';

const PATIENCE = { timeoutMs: 50, budgetMs: 30_000, eviction: null };

let database: TestDatabase;
let session: Client;
let token: bigint;

beforeEach(async () => {
  database = await testDatabase();
  session = await openSession(database.url, { applicationName: 'lockkeeper/d/1', lockTimeoutMs: 50 });
  await ensureLedger(session);
  token = await take('one');
  await session.query('CREATE TABLE t (id int); CREATE INDEX i ON t (id)');
  await session.query(`SELECT lockkeeper.enter('migration/m@c', 0, 'committed', 'd', ${token})`);
});

afterEach(async () => {
  await session.end();
  await database.drop();
});

const take = (run: string): Promise<bigint> =>
  takeFence(session, { owner: `${run}/1`, run, turn: [1, 1], orphans: 'lockkeeper/none/' });

function taken(sql: string[], signal = new AbortController().signal): Promise<void> {
  const entry = { script: 'migration/m@c', deployment: 'd', token, signal };
  return takeBack(session, entry, { sql, segments: [0] }, PATIENCE);
}

async function marked(): Promise<boolean> {
  return (await database.client.query('SELECT FROM lockkeeper.marker')).rowCount === 1;
}

async function isThere(relation: string): Promise<boolean> {
  const { rows } = await database.client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    `public.${relation}`,
  ]);
  return rows[0]?.there ?? false;
}

/** While somebody reads the table in a transaction that is open. */
async function besideReader(work: (done: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const reader = new Client({ connectionString: database.url });
  await reader.connect();
  try {
    await reader.query('BEGIN; SELECT FROM public.t');
    await work(() => reader.query('COMMIT'));
  } finally {
    await reader.end();
  }
}

test('what fails for another reason than a lock is not tried again, and stays marked', async () => {
  await session.query('CREATE SEQUENCE tries');
  await taken([`SELECT 1 / (nextval('tries') * 0)`]);
  const { rows } = await session.query('SELECT last_value::int AS tries FROM tries');
  expect(rows).toEqual([{ tries: 1 }]);
  expect(await marked()).toBe(true);
});

test('a lock is waited for', () =>
  besideReader(async (done) => {
    const ended = taken(['DROP TABLE t']);
    await until('it was refused the lock', async () => {
      const { rows } = await database.client.query<{ refused: boolean }>(
        `SELECT query LIKE 'ROLLBACK%' AS refused FROM pg_stat_activity WHERE application_name = 'lockkeeper/d/1'`,
      );
      return rows[0]?.refused;
    });
    await done();
    await ended;
    expect([await isThere('t'), await marked()]).toEqual([false, false]);
  }));

test('a deployment that is stopped waits no longer', () =>
  besideReader(async () => {
    const stopped = new AbortController();
    stopped.abort();
    await expect(taken(['DROP TABLE t'], stopped.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect([await isThere('t'), await marked()]).toEqual([true, true]);
  }));

test('a concurrent drop waits for older transactions in one go, for as long as the budget lasts', () =>
  besideReader(async (done) => {
    const ended = taken(['DROP INDEX CONCURRENTLY IF EXISTS i']);
    await until('it waits for longer than the session would for a lock', async () => {
      const { rowCount } = await database.client.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'lockkeeper/d/1' AND query LIKE 'DROP INDEX%'
            AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '300 ms'`,
      );
      return rowCount === 1;
    });
    await done();
    await ended;
    expect([await isThere('i'), await marked()]).toEqual([false, false]);
    const { rows } = await session.query('SHOW lock_timeout');
    expect(rows).toEqual([{ lock_timeout: '50ms' }]);
  }));

test.each(['DROP TABLE t', 'DROP INDEX CONCURRENTLY IF EXISTS i'])(
  '%s is refused once another has taken over',
  async (sql) => {
    await take('two');
    await expect(taken([sql])).rejects.toMatchObject({ type: 'Fenced' });
    expect([await isThere('t'), await isThere('i'), await marked()]).toEqual([true, true, true]);
  },
);
