/** A build outside transactions that fails in a way that another attempt may mend, and cannot be cleared away. */
import { runScript } from '../../src/adapters/executor';
import { takeFence } from '../../src/adapters/ledger/fence';
import { ledgerDatabase } from '../support/ledger-database';
import { segmentsAfter } from '../support/segments';
import { until } from '../support/until';

const BEFORE = 'CREATE TABLE orders (id int PRIMARY KEY, total int);';
const BUILD = 'CREATE INDEX CONCURRENTLY orders_total ON orders (total)';

const database = ledgerDatabase(`${BEFORE} INSERT INTO orders VALUES (1, 1)`);
const { session } = database;

/** Resolves to its process once a session of the application waits for a lock with such a query. */
function waiting(application: string, query: string): Promise<number> {
  return until(`${application} waits with ${query}`, async () => {
    const { rows } = await database.client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock' AND query LIKE $2`,
      [application, `${query}%`],
    );
    return rows[0]?.pid;
  });
}

test('the next attempt knows an invalid index for its own', async () => {
  const writer = await session('writer');
  await writer.query('BEGIN; INSERT INTO orders VALUES (2, 2)');
  const migration = await session('migration');
  const done = runScript(migration, {
    script: 'migration/m@c',
    title: 'm',
    deployment: 'd',
    token: await takeFence(migration, { owner: 'test', run: 'test', turn: [1, 1], orphans: 'lockkeeper/none/' }),
    segments: segmentsAfter(BEFORE, BUILD),
    patience: { timeoutMs: 100, budgetMs: 60_000, eviction: null },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  done.catch(() => undefined);
  await waiting('migration', 'CREATE INDEX');
  // An old snapshot that the build must wait for, and a request that waits for the build: a deadlock that only the build looks for.
  const locker = await session('locker');
  await locker.query(
    `SET deadlock_timeout = '1h'; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1`,
  );
  const locked = locker.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  await waiting('locker', 'LOCK TABLE');
  await writer.query('COMMIT');
  // The deadlock has ended the build, and what clears it away is cancelled.
  await locked;
  await database.client.query('SELECT pg_cancel_backend($1)', [await waiting('migration', 'DROP INDEX')]);
  await until('the next attempt waits', () => waiting('migration', '%INDEX'));
  await locker.query('COMMIT');
  await done;
  const { rows } = await database.client.query(
    `SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_total'::regclass`,
  );
  expect(rows).toEqual([{ indisvalid: true }]);
});
