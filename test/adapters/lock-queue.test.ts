/** A contended segment against real sessions that hold what it needs: who waits, for how long, and who is named. */
import type { Client } from 'pg';
import { runScript, type ScriptResult, type ScriptRun } from '../../src/adapters/executor';
import { takeFence } from '../../src/adapters/ledger/fence';
import { shapeOf, type LockPatience } from '../../src/adapters/lock-queue';
import { parseScript } from '../../src/adapters/sql-parser';
import type { Blocker, ScriptProgress } from '../../src/contract';
import { AS_WRITTEN, segmentsOf, type BusyLock } from '../../src/policy/segments';
import { onServer } from '../support/database';
import { ledgerDatabase } from '../support/ledger-database';
import { until } from '../support/until';

const database = ledgerDatabase('CREATE TABLE "Order" (id int); INSERT INTO "Order" SELECT generate_series(1, 10)');
const { session } = database;

/** A transaction that reads the table and stays open. */
async function report(application = 'reporting'): Promise<Client> {
  const reader = await session(application);
  await reader.query('BEGIN');
  await reader.query(`SELECT count(*) FROM "Order" WHERE id > 4711`);
  return reader;
}

const ALTER = 'ALTER TABLE "Order" ADD COLUMN note text;';
const LOCK: BusyLock = { relation: '"public"."Order"', mode: 'AccessExclusiveLock' };
const PATIENCE: LockPatience = { timeoutMs: 100, budgetMs: 60_000, eviction: null };

interface Running {
  done: Promise<ScriptResult>;
  progress: ScriptProgress[];
}

async function start(
  patience: Partial<LockPatience> = {},
  sql = ALTER,
  budgetOf: ScriptRun['budgetOf'] = () => null,
): Promise<Running> {
  const client = await session('lockkeeper/test/1');
  const token = await takeFence(client, { owner: 'test', run: 'test', turn: [1, 1], orphans: 'lockkeeper/none/' });
  const progress: ScriptProgress[] = [];
  const done = runScript(client, {
    script: 'migration/x@1',
    title: 'x',
    deployment: 'd',
    token,
    segments: segmentsOf(parseScript(sql), AS_WRITTEN).map((segment) => ({ ...segment, locks: [LOCK] })),
    patience: { ...PATIENCE, ...patience },
    budgetOf,
    onProgress: (next) => progress.push(next),
    signal: new AbortController().signal,
  });
  done.catch(() => undefined);
  return { done, progress };
}

function blockersSeen({ progress }: Running): Blocker[] {
  return progress.flatMap(({ blockers }) => blockers);
}

async function waiters(): Promise<number> {
  const { rows } = await database.client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = '"Order"'::regclass`,
  );
  return rows[0]?.n ?? 0;
}

it('stays out of the queue while a report reads, and goes on as soon as it ends', async () => {
  const reader = await report();
  await until('the report is older than an attempt', async () => (await ageOf(reader)) > PATIENCE.timeoutMs);
  const run = await start();
  // Each look at the holder is a moment at which an attempt could have queued.
  await until('it has looked five times', () => Promise.resolve(blockersSeen(run).length >= 5));
  expect(await waiters()).toBe(0);
  expect(run.progress.every(({ attempts, blockers }) => attempts === 0 || blockers.length === 0)).toBe(true);
  await reader.query('COMMIT');
  const { waits } = await run.done;
  expect(waits).toMatchObject([{ migration: 'x', line: 1, attempts: 1, blockers: [{ application: 'reporting' }] }]);
});

it('names who is in the way, without the literals of the query', async () => {
  const reader = await report();
  await until('the report is older than an attempt', async () => (await ageOf(reader)) > PATIENCE.timeoutMs);
  const run = await start({ budgetMs: 300 });
  const failure = await run.done.catch((error: unknown) => error);
  expect(failure).toMatchObject({
    type: 'LockTimeout',
    message: expect.stringMatching(
      /In the way: session \d+ \(reporting, user \S+, in its transaction for \d+ s: SELECT count\(\*\) FROM "Order" WHERE id > \$1\)/,
    ) as string,
  });
  expect(JSON.stringify(failure)).not.toContain('4711');
  const [blocker] = blockersSeen(run);
  expect(blocker).toMatchObject({ state: 'idle in transaction', relation: LOCK.relation, mode: 'AccessShareLock' });
  const { rows } = await database.client.query(`SELECT 1 FROM lockkeeper.marker`);
  expect(rows).toEqual([]);
});

it('an attempt that meets a new holder gives up after the bound, and readers behind it go on', async () => {
  // Renewed all the time, no holder ever gets old enough to be seen as in the way: only the bound protects readers.
  const writer = await session('writer');
  await writer.query(`BEGIN; LOCK TABLE "Order" IN ROW EXCLUSIVE MODE`);
  const run = await start({ timeoutMs: 400 });
  await until('an attempt stands in the queue', async () => (await waiters()) > 0);
  const reader = await session('reader');
  await reader.query(`SET statement_timeout = '5s'`);
  // Waits behind our request until that gives up; a statement_timeout would fail it.
  await reader.query('SELECT count(*) FROM "Order"');
  await until('the attempt is counted', () => Promise.resolve(run.progress.some(({ attempts }) => attempts >= 1)));
  await writer.query('COMMIT');
  expect((await run.done).waits[0]?.attempts).toBeGreaterThanOrEqual(2);
});

it('ends sessions of named applications only, first their statement', async () => {
  const harmless = await report('dashboard');
  const reader = await report('reporting');
  await until('the report is older than an attempt', async () => (await ageOf(reader)) > PATIENCE.timeoutMs);
  const run = await start({ eviction: { applications: ['reporting'], afterMs: 200 } });
  await until('the report is gone', async () => !(await isThere('reporting')));
  expect(await isThere('dashboard')).toBe(true);
  await harmless.query('COMMIT');
  await run.done;
});

it('displaces autovacuum without stopping writers', async () => {
  const { client } = database;
  await client.query(
    `ALTER TABLE "Order" SET (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
     INSERT INTO "Order" SELECT generate_series(1, 400000); DELETE FROM "Order" WHERE id % 2 = 0`,
  );
  await onServer(`ALTER SYSTEM SET autovacuum_naptime = '1s'`);
  await onServer('SELECT pg_reload_conf()');
  // A VACUUM by hand under autovacuum's name would not yield: the real one is waited for.
  await until('autovacuum works on the table', isVacuumed, 90);
  const run = await start();
  await until('it is seen', () =>
    Promise.resolve(blockersSeen(run).some(({ application }) => application === 'autovacuum')),
  );
  await client.query('INSERT INTO "Order" VALUES (0)');
  await run.done;
  await onServer('ALTER SYSTEM RESET autovacuum_naptime');
  await onServer('SELECT pg_reload_conf()');
});

it('bounds each statement by its own budget', async () => {
  const script = `SELECT pg_sleep(0); SELECT pg_sleep(0.4); SELECT pg_sleep(0);`;
  const { done } = await start({}, script, (_, place) => (place === 1 ? 10_000 : 200));
  await expect(done).resolves.toMatchObject({ statements: 3 });
});

it('stops a statement that holds its lock for much longer than the rehearsal took', async () => {
  const slow = `ALTER TABLE "Order" ADD COLUMN note text; SELECT pg_sleep(60);`;
  await expect((await start({}, slow, (_, place) => (place === 1 ? 300 : 5_000))).done).rejects.toMatchObject({
    type: 'Statement',
    message: expect.stringContaining('x, line 1: it ran for longer than') as string,
  });
  const { rows } = await database.client.query(
    `SELECT FROM pg_attribute WHERE attname = 'note' AND attrelid = '"Order"'::regclass`,
  );
  expect(rows).toEqual([]);
});

test('a query that was cut off has no shape, and comments are no part of it', () => {
  expect(shapeOf(`SELECT * FROM t WHERE email = 'maya@exa`)).toBeNull();
  expect(shapeOf(`/* user 42 */ SELECT 1 -- for maya`)).toBe('SELECT $1');
});

async function ageOf(client: Client): Promise<number> {
  const { processID } = client as unknown as { processID: number };
  const { rows } = await database.client.query<{ ms: number }>(
    `SELECT (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::float8 AS ms FROM pg_stat_activity WHERE pid = $1`,
    [processID],
  );
  return rows[0]?.ms ?? 0;
}

async function isThere(application: string): Promise<boolean> {
  const { rows } = await database.client.query(
    `SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = $1 AND backend_type = 'client backend'`,
    [application],
  );
  return rows.length > 0;
}

/** A worker that is there may be at any table, of the catalog too. Nothing tells of it before it holds the lock. */
async function isVacuumed(): Promise<boolean> {
  const { rows } = await database.client.query(
    `SELECT 1 FROM pg_stat_progress_vacuum WHERE datname = current_database() AND relid = '"Order"'::regclass`,
  );
  return rows.length > 0;
}
