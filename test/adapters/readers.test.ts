/** Readers of what a file changes without rows of its own: a view, an empty table. They wait for a lockTimeout, not for the budget. */
import { runScript } from '../../src/adapters/executor';
import { readTables } from '../../src/adapters/inspect';
import { takeFence } from '../../src/adapters/ledger/fence';
import { parseScript } from '../../src/adapters/sql-parser';
import type { ExecutionForm } from '../../src/contract';
import { buildPlan } from '../../src/policy/build-plan';
import { segmentsOf, type Segment } from '../../src/policy/segments';
import { ledgerDatabase } from '../support/ledger-database';
import { until } from '../support/until';

const BEFORE = `
  CREATE TABLE orders (id int PRIMARY KEY);
  CREATE TABLE jobs (id int PRIMARY KEY);
  CREATE MATERIALIZED VIEW totals AS SELECT 1 AS n;
  CREATE VIEW v AS SELECT 1 AS one;`;
const UPDATE = 'UPDATE orders SET id = id WHERE id = 1';
const PATIENCE = { timeoutMs: 100, budgetMs: 120_000, eviction: null };

const database = ledgerDatabase(`${BEFORE} INSERT INTO orders SELECT generate_series(1, 10)`);
const { session } = database;

async function segments(sql: string, execution: ExecutionForm['execution']): Promise<Segment[]> {
  const statements = parseScript(sql);
  const { migrations } = buildPlan({
    environment: 'test',
    target: 'main',
    applied: [parseScript(BEFORE)],
    migrations: [{ name: 'm', checksum: 'c'.repeat(64), sql, statements, hasDownSql: false }],
    database: { tables: await readTables(database.client), offline: false },
    parse: parseScript,
    execution,
  });
  return segmentsOf(statements, (migrations[0] as { form: ExecutionForm }).form);
}

/** It waits for a lock, or looks who is in its way. */
async function isHeldUp(application: string): Promise<boolean> {
  const { rows } = await database.client.query(
    `SELECT FROM pg_stat_activity
      WHERE application_name = $1 AND (wait_event_type = 'Lock' OR query LIKE '%lockkeeper.holders%')`,
    [application],
  );
  return rows.length > 0;
}

async function migrate(sql: string, execution: ExecutionForm['execution']): Promise<{ done: Promise<unknown> }> {
  const client = await session('migration');
  const token = await takeFence(client, { owner: 'test', run: 'test', turn: [1, 1], orphans: 'lockkeeper/none/' });
  const done = runScript(client, {
    script: 'migration/m@c',
    title: 'm',
    deployment: 'd',
    token,
    segments: await segments(sql, execution),
    patience: PATIENCE,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  done.catch(() => undefined);
  return { done };
}

const CASES: [string, string, string][] = [
  ['a materialized view that is refreshed', 'totals', 'REFRESH MATERIALIZED VIEW totals'],
  ['a view that is replaced beside an UPDATE', 'v', `CREATE OR REPLACE VIEW v AS SELECT 2 AS one; ${UPDATE}`],
  ['an empty table that is altered beside an UPDATE', 'jobs', `ALTER TABLE jobs ADD COLUMN x int; ${UPDATE}`],
  [
    'an empty table that a block alters',
    'jobs',
    'DO $$ BEGIN EXECUTE concat($a$ALTER TABLE jobs ADD$a$, $a$ COLUMN x int$a$); END $$',
  ],
];

describe.each(['online', 'as-written'] as const)('%s', (execution) => {
  test.each(CASES)('nobody waits with the migration to read %s', async (_, relation, sql) => {
    const blocker = await session('report');
    await blocker.query(`BEGIN; SELECT * FROM ${relation}`);
    const migration = await migrate(sql, execution);
    await until('the migration is held up', () => isHeldUp('migration'));
    const reader = await session('reader');
    // Far longer than an attempt waits, and far shorter than the budget.
    await reader.query(`SET statement_timeout = '20s'`);
    await reader.query(`SELECT * FROM ${relation}`);
    await blocker.query('COMMIT');
    await migration.done;
  });

  test.each(CASES.slice(1, 3))(
    'nobody waits for a row together with the migration to read %s',
    async (_, relation, sql) => {
      const writer = await session('writer');
      await writer.query(`BEGIN; ${UPDATE}`);
      const migration = await migrate(sql, execution);
      await until('the migration is held up', () => isHeldUp('migration'));
      const reader = await session('reader');
      await reader.query(`SET statement_timeout = '20s'`);
      await reader.query(`SELECT * FROM ${relation}`);
      await writer.query('COMMIT');
      await migration.done;
    },
  );
});

test('rows that somebody has locked are waited for, where nobody waits for the migration meanwhile', async () => {
  const writer = await session('writer');
  await writer.query(`BEGIN; ${UPDATE}`);
  const { done } = await migrate(`CREATE TABLE fresh (id int); ${UPDATE}`, 'online');
  await until('it has waited for longer than an attempt may', async () => {
    const { rows } = await database.client.query(
      `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE a.application_name = 'migration' AND NOT l.granted AND clock_timestamp() - l.waitstart > interval '300 ms'`,
    );
    return rows.length > 0;
  });
  await writer.query('COMMIT');
  await expect(done).resolves.toMatchObject({ waits: [] });
});
