/** DETACH PARTITION CONCURRENTLY beside those whom it waits for: its patience is an index build's, and it shuts nobody out meanwhile. */
import type { Client } from 'pg';
import { settleUnfinished } from '../../src/activities/partial-reversal';
import { runScript, type ScriptResult } from '../../src/adapters/executor';
import { takeFence } from '../../src/adapters/ledger/fence';
import type { LockPatience } from '../../src/adapters/lock-queue';
import type { ScriptProgress } from '../../src/contract';
import { ledgerDatabase } from '../support/ledger-database';
import { segmentsAfter } from '../support/segments';
import { until } from '../support/until';

const BEFORE = `CREATE TABLE ev (id int, day int) PARTITION BY LIST (day); CREATE TABLE ev1 PARTITION OF ev FOR VALUES IN (1);
  INSERT INTO ev SELECT n, 1 FROM generate_series(1, 10) n; CREATE TABLE sales (id int); INSERT INTO sales VALUES (1);`;
const DETACH = 'ALTER TABLE ev DETACH PARTITION ev1 CONCURRENTLY';
const SCRIPT = `migration/m@${'c'.repeat(64)}`;
const REPORT = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM';

/** Both are over long before what is waited for. */
const PATIENCE: LockPatience = { timeoutMs: 100, budgetMs: 500, eviction: null };
/** Nobody is older than its attempt waits: it begins beside anybody. */
const RASH: LockPatience = { timeoutMs: 60_000, budgetMs: 60_000, eviction: null };

const database = ledgerDatabase(BEFORE);
const { session } = database;

interface Running {
  done: Promise<unknown>;
  progress: ScriptProgress[];
  cancel: () => void;
}

/** @param how what runs under the fence, as an attempt of the deployment or of its undo. */
async function running<T>(
  how: (
    client: Client,
    token: bigint,
    of: { onProgress: (progress: ScriptProgress) => void; signal: AbortSignal },
  ) => Promise<T>,
): Promise<Running & { done: Promise<T> }> {
  const client = await session('migration');
  const token = await takeFence(client, { owner: 'test', run: 'test', turn: [1, 1], orphans: 'lockkeeper/none/' });
  const progress: ScriptProgress[] = [];
  const abort = new AbortController();
  const done = how(client, token, { onProgress: (next) => progress.push(next), signal: abort.signal });
  done.catch(() => undefined);
  return { done, progress, cancel: () => abort.abort() };
}

function migrate(patience: LockPatience): Promise<Running & { done: Promise<ScriptResult> }> {
  return running((client, token, of) =>
    runScript(client, {
      script: SCRIPT,
      title: 'm',
      deployment: 'd',
      token,
      segments: segmentsAfter(BEFORE, DETACH),
      patience,
      ...of,
    }),
  );
}

function settle(patience: LockPatience): Promise<Running> {
  const reversal = {
    step: 0,
    migrations: ['m'],
    checksums: ['c'],
    segments: 1,
    source: 'generated',
    sql: null,
    schemaBefore: null,
    inverses: [{ migration: 'm', segment: 0, sql: null, single: DETACH }],
    digest: '',
    reversed: false,
  };
  return running((client, token, of) =>
    settleUnfinished({ client, deployment: 'd', token }, 'd', reversal, { patience, ...of }),
  );
}

/** Null once it is no partition. */
async function isPending(): Promise<boolean | null> {
  const { rows } = await database.client.query<{ pending: boolean }>(
    `SELECT inhdetachpending AS pending FROM pg_inherits WHERE inhrelid = 'ev1'::regclass`,
  );
  return rows[0]?.pending ?? null;
}

/** Killed between its two transactions, beside a reader of the parent. @returns the reader, whose transaction is open. */
async function leavePending(): Promise<Client> {
  const reader = await session('reader');
  await reader.query(`${REPORT} ONLY ev`);
  const { done } = await migrate(RASH);
  await until('it is pending', isPending);
  await database.client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'migration' AND datname = current_database()`,
  );
  await expect(done).rejects.toThrow();
  return reader;
}

async function ageOf(application: string): Promise<number> {
  const { rows } = await database.client.query<{ ms: number }>(
    `SELECT (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::float8 AS ms FROM pg_stat_activity
      WHERE application_name = $1 AND datname = current_database()`,
    [application],
  );
  return rows[0]?.ms ?? 0;
}

/** A transaction that is older than an attempt waits. */
async function report(table: string): Promise<Client> {
  const client = await session('reporting');
  await client.query(`${REPORT} ${table}`);
  await until('it is old', async () => (await ageOf('reporting')) > PATIENCE.timeoutMs);
  return client;
}

/** How long the migration has waited for the partition or, with it in its hands, for somebody's transaction. */
async function waitedMs(): Promise<number | null> {
  const { rows } = await database.client.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM clock_timestamp() - waitstart) * 1000)::float8 AS ms FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE application_name = 'migration' AND datname = current_database() AND NOT granted`,
  );
  return rows[0]?.ms ?? null;
}

async function seenBeyondItsBudget({ progress, done }: Running): Promise<void> {
  const began = Date.now();
  const sight = until('it has looked for longer than its budget', () =>
    Date.now() - began > 2 * PATIENCE.budgetMs && (progress.at(-1)?.blockers.length ?? 0) > 0 ? true : null,
  );
  await Promise.race([sight, done.then(() => Promise.reject(new Error('it did not wait')))]);
  expect(progress.at(-1)?.blockers).toMatchObject([{ application: 'reporting' }]);
}

test('begins once nobody uses the parent: until then its rows are there, and new ones come', async () => {
  const reader = await report('ev');
  const migration = await migrate(PATIENCE);
  await seenBeyondItsBudget(migration);
  expect(await isPending()).toBe(false);
  await database.client.query('INSERT INTO ev VALUES (11, 1)');
  await reader.query('COMMIT');
  const { waits } = await migration.done;
  expect(waits).toMatchObject([{ attempts: 1, blockers: [{ application: 'reporting' }] }]);
  expect(await isPending()).toBeNull();
});

test.each([
  ['the next attempt', migrate],
  ['the undo', settle],
])(
  'once it is pending, %s waits out a report on another table, and keeps nobody from the partition',
  async (_, run) => {
    const reader = await leavePending();
    await reader.query('COMMIT');
    const reporting = await report('sales');
    const finishing = await run(PATIENCE);
    await seenBeyondItsBudget(finishing);
    expect(await waitedMs()).toBeNull();
    expect(finishing.progress.every(({ attempts, blockers }) => attempts === 0 || blockers.length === 0)).toBe(true);
    await reporting.query('COMMIT');
    await finishing.done;
    expect(await isPending()).toBeNull();
  },
);

test.each([
  ['the next attempt', migrate],
  ['the undo', settle],
])('its waiting ends when it is cancelled: %s', async (_, run) => {
  const reader = await leavePending();
  await reader.query('COMMIT');
  await report('sales');
  const finishing = await run(PATIENCE);
  await until('it waits', () => finishing.progress.some(({ blockers }) => blockers.length > 0));
  finishing.cancel();
  await expect(finishing.done).rejects.toThrow('aborted');
  expect(await isPending()).toBe(true);
});

test('gives the partition back, before anybody has a deadlock, to who still sees it', async () => {
  const reader = await leavePending();
  const migration = await migrate(RASH);
  await until('it waits', async () => (await waitedMs()) !== null);
  await until('it has waited as long as it may', async () => {
    const ms = await waitedMs();
    return ms === null || ms > 1_100;
  });
  // Who asks this late is the one whose transaction PostgreSQL would end.
  await reader.query('SELECT FROM ev; COMMIT');
  await migration.done;
  expect(await isPending()).toBeNull();
});
