/** A worker that was stopped and wakes again: a newer attempt holds the fence, and nothing of the old one is committed. */
import { ApplicationFailure } from '@temporalio/common';
import { runScript, type ScriptRun } from '../../src/adapters/executor';
import { takeFence } from '../../src/adapters/ledger/fence';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { AS_WRITTEN, segmentsOf } from '../../src/policy/segments';
import { testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeEach(async () => {
  await loadParser();
  database = await testDatabase();
  await ensureLedger(database.client);
});

afterEach(() => database.drop());

function run(token: bigint, sql: string): ScriptRun {
  return {
    script: 'migration/x@1',
    title: 'x',
    deployment: 'd',
    token,
    segments: segmentsOf(parseScript(sql), AS_WRITTEN),
    patience: { timeoutMs: 100, budgetMs: 1_000, eviction: null },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
}

const FORMS = {
  'a transaction of ours': 'CREATE TABLE t (id int); CREATE TABLE u (id int);',
  'a transaction of the file’s': 'BEGIN; CREATE TABLE t (id int); COMMIT;',
  'a transaction with a savepoint': 'CREATE TABLE t (id int); SAVEPOINT s; CREATE TABLE u (id int);',
  'a statement outside any transaction': 'CREATE INDEX CONCURRENTLY i ON lockkeeper.marker (token);',
};

async function left(): Promise<unknown[]> {
  const { rows } = await database.client.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relname IN ('t', 'u', 'i') UNION ALL SELECT script FROM lockkeeper.marker`,
  );
  return rows;
}

/** A claim of one run, by the number of its activity and of its attempt. */
function take(activity: number, attempt: number, run = 'one'): Promise<bigint> {
  return takeFence(database.client, {
    owner: `${run}/${activity}.${attempt}`,
    run,
    turn: [activity, attempt],
    orphans: 'lockkeeper/none/',
  });
}

test.each(Object.entries(FORMS))('%s: refused under an old token, run under the new one', async (_form, sql) => {
  const old = await take(1, 1);
  const current = await take(1, 2);
  const refusal = await runScript(database.client, run(old, sql)).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ApplicationFailure);
  expect(refusal).toMatchObject({ type: 'Fenced', nonRetryable: true });
  expect(await left()).toEqual([]);
  await runScript(database.client, run(current, sql));
  expect((await left()).length).toBeGreaterThan(1);
});

test('a division by zero of the migration’s own is a failed statement, not a lost fence', async () => {
  const token = await take(1, 1);
  const failure = await runScript(database.client, run(token, 'CREATE TABLE t (id int); SELECT 1 / 0;')).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ type: 'Statement' });
  expect(await left()).toEqual([]);
});

test('an attempt that comes late may not take the fence: not after a later attempt, a later activity or another run', async () => {
  const fenced = { type: 'Fenced', nonRetryable: true };
  await take(7, 2);
  await expect(take(7, 1)).rejects.toMatchObject(fenced);
  await take(8, 1);
  await expect(take(7, 3)).rejects.toMatchObject(fenced);
  await take(1, 1, 'two');
  await expect(take(9, 1)).rejects.toMatchObject({ ...fenced, message: expect.stringContaining('two/1.1') as string });
  await take(1, 2, 'two');
});
