/** What a script changed of its session is gone when it is done: the engine and the next script find it as it was. */
import type { Client } from 'pg';
import { runScript } from '../../src/adapters/executor';
import { takeFence } from '../../src/adapters/ledger/fence';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { PRISMA_LOCK_ID } from '../../src/adapters/migration-lock';
import { openSession } from '../../src/adapters/postgres';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { AS_WRITTEN, segmentsOf } from '../../src/policy/segments';
import { onServer, testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let session: Client;

beforeEach(async () => {
  await loadParser();
  database = await testDatabase();
  session = await openSession(database.url, {
    applicationName: 'lockkeeper/d/1',
    settings: { synchronous_commit: 'off' },
  });
  await ensureLedger(session);
});

afterEach(async () => {
  await session.end();
  await database.drop();
});

async function run(sql: string): Promise<void> {
  await runScript(session, {
    script: 'migration/m@c',
    title: 'm',
    deployment: 'd',
    token: await takeFence(session, { owner: 'd/1', run: 'd', turn: [1, 1], orphans: 'lockkeeper/none/' }),
    segments: segmentsOf(parseScript(sql), AS_WRITTEN),
    patience: { timeoutMs: 100, budgetMs: 1_000, eviction: null },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
}

async function settings(): Promise<unknown> {
  const { rows } = await session.query<object>(
    `SELECT session_user, current_user, current_setting('search_path') AS path, current_setting('synchronous_commit') AS commit,
            current_setting('work_mem') AS memory`,
  );
  return rows;
}

const SETS = `BEGIN SET search_path = pg_catalog; SET synchronous_commit = on; SET work_mem = '1MB'; END`;

test.each([
  ['SET', `SET search_path = pg_catalog; SET synchronous_commit = on;`],
  ['a DO block that sets', `DO $$ ${SETS} $$;`],
  ['a function that sets', `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ ${SETS} $$; SELECT f();`],
  ['a procedure that sets', `CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ ${SETS} $$; CALL p();`],
  ['set_config()', `SELECT set_config('search_path', 'pg_catalog', false);`],
])('%s', async (_, sql) => {
  const before = await settings();
  await run(sql);
  expect(await settings()).toEqual(before);
});

test.each(['SET ROLE', 'SET SESSION AUTHORIZATION'])('%s', async (set) => {
  const role = `role_${database.name}`;
  await onServer(`CREATE ROLE ${role}`);
  try {
    const before = await settings();
    await run(`${set} ${role};`);
    expect(await settings()).toEqual(before);
  } finally {
    await onServer(`DROP ROLE ${role}`);
  }
});

test("DISCARD ALL is refused, as it would give Prisma's migration lock away", async () => {
  await session.query(`SELECT pg_advisory_lock(${PRISMA_LOCK_ID})`);
  await expect(run('DISCARD ALL;')).rejects.toMatchObject({
    type: 'Statement',
    message: expect.stringContaining('DISCARD ALL cannot run inside a transaction block') as string,
  });
  const { rows } = await session.query(
    `SELECT objid::int AS id FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`,
  );
  expect(rows).toEqual([{ id: PRISMA_LOCK_ID }]);
});
