/** Broxiva's seven on a seeded database: their online forms end where the files as written do, rows included. */
import { runScript } from '../../src/adapters/executor';
import { inspectServer } from '../../src/adapters/inspect';
import { takeFence } from '../../src/adapters/ledger/fence';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import type { ExecutionForm } from '../../src/contract';
import { buildPlan } from '../../src/policy/build-plan';
import { segmentsOf } from '../../src/policy/segments';
import { seed } from '../../prisma/seed';
import { testDatabase, type TestDatabase } from '../support/database';
import { applyAll, BASELINE, migrationSql, PENDING, schemaOf } from './history';

let seeded: TestDatabase;
const copies: TestDatabase[] = [];

beforeAll(async () => {
  await loadParser();
  seeded = await testDatabase();
  await applyAll(seeded.url, BASELINE);
  await seed(seeded.url, { scale: 0.02 });
  await seeded.client.end();
}, 120_000);
afterAll(async () => {
  for (const copy of copies) await copy.drop();
  await seeded.drop();
});

async function deployed(execution: ExecutionForm['execution']): Promise<TestDatabase> {
  const copy = await testDatabase(seeded.name);
  copies.push(copy);
  const { tables } = await inspectServer(copy.url, 'test');
  const plan = buildPlan({
    environment: 'test',
    target: 'main',
    applied: BASELINE.map((name) => parseScript(migrationSql(name))),
    migrations: PENDING.map((name) => ({
      name,
      checksum: 'c'.repeat(64),
      sql: migrationSql(name),
      statements: parseScript(migrationSql(name)),
      hasDownSql: false,
    })),
    database: { tables, offline: false },
    parse: parseScript,
    execution,
  });
  await ensureLedger(copy.client);
  const token = await takeFence(copy.client, { owner: 'test', run: 'test', turn: [1, 1], orphans: 'lockkeeper/none/' });
  for (const { name, form } of plan.migrations) {
    await runScript(copy.client, {
      script: `migration/${name}@c`,
      title: name,
      deployment: 'd',
      token,
      segments: segmentsOf(parseScript(migrationSql(name)), form),
      patience: { timeoutMs: 2_000, budgetMs: 10_000, eviction: null },
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    if (execution === 'online') online += form.blocking.filter((each) => each.online).length;
  }
  return copy;
}

let online = 0;

async function rows({ client }: TestDatabase): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    // What a migration fills in by its own clock or chance differs between any two runs.
    const { rows: counted } = await client.query<{ count: string }>(`SELECT count(*) FROM ${name}`);
    found.push(`${name} ${counted[0]?.count}`);
  }
  return found;
}

test('both forms end in the same schema and rows', async () => {
  const written = await deployed('as-written');
  const other = await deployed('online');
  expect(online).toBeGreaterThan(0);
  expect(await schemaOf(other.url)).toBe(await schemaOf(written.url));
  expect(await rows(other)).toEqual(await rows(written));
}, 120_000);
