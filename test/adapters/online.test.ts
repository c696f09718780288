/** The online form of every kind of statement, on a server: the same end as the file as written, and nobody waits on the way. */
import { Client } from 'pg';
import { runScript, type ScriptResult, type ScriptRun } from '../../src/adapters/executor';
import { takeFence } from '../../src/adapters/ledger/fence';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { loadParser } from '../../src/adapters/sql-parser';
import type { Segment } from '../../src/policy/segments';
import { BEFORE, REWRITES, ROWS } from '../policy/online-forms';
import { contents } from '../support/contents';
import { onServer, testDatabase, type TestDatabase } from '../support/database';
import { segmentsAfter } from '../support/segments';
import { until } from '../support/until';

let model: TestDatabase;
const copies: TestDatabase[] = [];

beforeAll(async () => {
  await loadParser();
  model = await testDatabase();
  await model.client.query(BEFORE + ROWS);
  await ensureLedger(model.client);
  await model.client.end();
});
afterEach(async () => {
  for (const copy of copies.splice(0)) await copy.drop();
});
afterAll(() => onServer(`DROP DATABASE ${model.name}`));

async function copyOf(): Promise<TestDatabase> {
  const copy = await testDatabase(model.name);
  copies.push(copy);
  return copy;
}

let turns = 0;

async function run({ client }: TestDatabase, of: Segment[], gate?: ScriptRun['gate']): Promise<ScriptResult> {
  return runScript(client, {
    gate,
    script: 'migration/m@c',
    title: 'm',
    deployment: 'd',
    token: await takeFence(client, { owner: 'test', run: 'test', turn: [1, ++turns], orphans: 'lockkeeper/none/' }),
    segments: of,
    patience: { timeoutMs: 2_000, budgetMs: 10_000, eviction: null },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
}

async function asWritten(sql: string): Promise<string> {
  const copy = await copyOf();
  await copy.client.query(sql);
  return contents(copy);
}

describe.each(REWRITES)('$name', ({ sql }) => {
  test('ends as the file as written', async () => {
    const online = await copyOf();
    await run(online, segmentsAfter(BEFORE, sql));
    expect(await contents(online)).toBe(await asWritten(sql));
  });

  test('ends the same when every segment is cut off, before its marker or in the middle', async () => {
    const online = await copyOf();
    const all = segmentsAfter(BEFORE, sql);
    for (let committed = 0; committed <= all.length; committed++) {
      const next = all[committed];
      await run(online, all.slice(0, committed));
      // A single statement that was killed: its intent is there, and whatever it had done by then.
      if (next?.kind !== 'single') continue;
      const script = "'migration/m@c', " + next.index;
      await online.client.query(
        `INSERT INTO lockkeeper.marker (script, segment, state, deployment, token) SELECT ${script}, 'intent', 'd', token FROM lockkeeper.fence`,
      );
      if (committed % 2 === 0) await online.client.query(next.statements[0]?.text ?? '');
    }
    expect(await contents(online)).toBe(await asWritten(sql));
  });
});

describe('a part that fails on the rows that are there', () => {
  test.each([
    [
      'a check',
      'ALTER TABLE orders ADD CONSTRAINT c CHECK (total < 3)',
      'SELECT * FROM "orders" WHERE NOT (total < 3)',
    ],
    [
      'a foreign key',
      'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (seq) REFERENCES "User" (id)',
      'NOT EXISTS (SELECT FROM "User" o WHERE o."id" = t."seq")',
    ],
    ['NOT NULL', 'ALTER TABLE "User" ALTER boss SET NOT NULL', 'SELECT * FROM "User" WHERE "boss" IS NULL'],
    [
      'a unique constraint',
      'ALTER TABLE "User" ADD CONSTRAINT u UNIQUE (age)',
      'SELECT "age", count(*) FROM "User" GROUP BY "age" HAVING count(*) > 1',
    ],
    [
      'a primary key',
      'ALTER TABLE "User" DROP CONSTRAINT "User_pkey", ADD CONSTRAINT "User_pkey" PRIMARY KEY (age)',
      'HAVING count(*) > 1',
    ],
    ['a unique index', 'CREATE UNIQUE INDEX i ON "User" (age)', 'i'],
  ])('%s leaves nothing, and says how to find them', async (_, sql, hint) => {
    const copy = await copyOf();
    const before = await contents(copy);
    await expect(run(copy, segmentsAfter(BEFORE, sql))).rejects.toMatchObject({
      type: 'Statement',
      message: expect.stringContaining(hint) as string,
    });
    expect(await contents(copy)).toBe(before);
    const { rows } = await copy.client.query('SELECT * FROM lockkeeper.marker');
    expect(rows).toEqual([]);
  });
});

test('the leftovers of a rebuild that was cut off are dropped', async () => {
  const copy = await copyOf();
  const [rebuild] = segmentsAfter(BEFORE, 'REINDEX TABLE orders');
  // What a cancelled REINDEX CONCURRENTLY leaves; a unique build over duplicates ends just so.
  await copy.client.query('CREATE UNIQUE INDEX CONCURRENTLY orders_total_ccnew ON orders ((1))').catch(() => undefined);
  await copy.client.query(
    `INSERT INTO lockkeeper.marker (script, segment, state, deployment, token) SELECT 'migration/m@c', 0, 'intent', 'd', token FROM lockkeeper.fence`,
  );
  await run(copy, rebuild ? [rebuild] : []);
  expect(await contents(copy)).toBe(await asWritten('SELECT 1'));
});

test('an index of another’s making under the same name is not ours to drop', async () => {
  const copy = await copyOf();
  await expect(run(copy, segmentsAfter(BEFORE, 'CREATE INDEX orders_total ON orders (id)'))).rejects.toMatchObject({
    type: 'Statement',
  });
  expect(await contents(copy)).toBe(await asWritten('SELECT 1'));
});

test('an index that is built is marked, and the session as it was, though what follows does not begin', async () => {
  const copy = await copyOf();
  const settings = async (): Promise<unknown> => {
    const wanted = `name IN ('lock_timeout', 'max_parallel_maintenance_workers')`;
    const { rows } = await copy.client.query<{ setting: string }>(`SELECT setting FROM pg_settings WHERE ${wanted}`);
    return rows;
  };
  const before = await settings();
  const of = segmentsAfter(BEFORE, 'CREATE INDEX first ON orders (id); CREATE INDEX second ON orders (id)');
  const gate = jest.fn().mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Error('no further'));
  await expect(run(copy, of, gate)).rejects.toThrow('no further');
  expect((await copy.client.query('SELECT segment, state FROM lockkeeper.marker')).rows).toEqual([
    { segment: 0, state: 'committed' },
  ]);
  expect(await settings()).toEqual(before);
});

describe('parallel workers of a build beside the application', () => {
  const COUNTED = `
    CREATE FUNCTION helpers(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'helpers: %', current_setting('max_parallel_maintenance_workers'); END $$`;
  const BUILD = 'CREATE INDEX orders_counted ON orders (helpers(id))';
  const CONCURRENT = BUILD.replace('INDEX', 'INDEX CONCURRENTLY');

  test.each([
    ['none', '', BUILD, 0],
    ['as many as the file asks for', '', `SET max_parallel_maintenance_workers = 3; ${BUILD}`, 3],
    ['none in the second either', '', `CREATE INDEX first ON orders (id); ${BUILD}`, 0],
    [
      'as many as the file asks for behind a build that had none',
      '',
      `CREATE INDEX CONCURRENTLY first ON orders (id); SET max_parallel_maintenance_workers = 2; ${CONCURRENT}`,
      2,
    ],
    ['as many as the database has been given', 'ALTER DATABASE %I SET max_parallel_maintenance_workers = 4', BUILD, 4],
    ['the usual number where writers wait', '', `CREATE INDEX beside ON orders (id); BEGIN; ${BUILD}; COMMIT`, 2],
  ])('%s', async (_, setting, sql, count) => {
    const copy = await copyOf();
    await copy.client.query(COUNTED);
    await copy.client.query(setting.replace('%I', copy.name));
    const session = new Client({ connectionString: copy.url });
    await session.connect();
    await expect(run({ ...copy, client: session }, segmentsAfter(BEFORE, sql))).rejects.toThrow(`helpers: ${count}`);
    await session.end();
  });
});

describe('beside a writer that has not committed', () => {
  const BESIDE = REWRITES.map(({ name, sql }) => [name, sql] as const);

  test.each(BESIDE)('%s: parts without announced locks take none that it feels', async (_, sql) => {
    const copy = await copyOf();
    const all = segmentsAfter(BEFORE, sql);
    for (const segment of all) {
      const held = await strongestWhile(copy, segment);
      const announced = segment.locks.length > 0;
      expect({ part: segment.statements[0]?.text, blocks: held.length > 0 }).toEqual({
        part: segment.statements[0]?.text,
        blocks: announced,
      });
    }
  });
});

/** Locks on tables that conflict with a writer's own, read before a transaction's end; a concurrent statement is asked of the planner of locks alone. */
async function strongestWhile(copy: TestDatabase, segment: Segment): Promise<string[]> {
  if (segment.kind === 'single') {
    await besideWriter(copy, segment);
    return [];
  }
  await copy.client.query('BEGIN');
  for (const { text } of segment.statements) await copy.client.query(text);
  const { rows } = await copy.client.query<{ relation: string }>(
    `SELECT l.relation::regclass::text AS relation FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
      WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('public', 'billing')
        AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`,
  );
  await copy.client.query('COMMIT');
  return rows.map(({ relation }) => relation);
}

/** A concurrent statement waits for a writer's transaction without a lock that another writer would wait for. */
async function besideWriter(copy: TestDatabase, segment: Segment): Promise<void> {
  const [writer, other] = [new Client({ connectionString: copy.url }), new Client({ connectionString: copy.url })];
  await writer.connect();
  await other.connect();
  try {
    await writer.query(`BEGIN; INSERT INTO orders (id, part, seq) VALUES (9001, 9001, 9001); INSERT INTO "User" (id) VALUES (9001);
      INSERT INTO billing.invoices (id) VALUES (9001); INSERT INTO nokey (a, b) VALUES (9001, 9001)`);
    const done = copy.client.query(segment.statements[0]?.text ?? '');
    await until('the statement waits for the writer', async () => {
      const { rows } = await other.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '%concurrently%' AND pid <> pg_backend_pid()`,
      );
      return rows.length > 0 ? true : null;
    });
    await other.query(`SET lock_timeout = '2s'; BEGIN; INSERT INTO orders (id, part, seq) VALUES (9002, 9002, 9002); INSERT INTO "User" (id) VALUES (9002);
      INSERT INTO billing.invoices (id) VALUES (9002); INSERT INTO nokey (a, b) VALUES (9002, 9002); ROLLBACK`);
    await writer.query('ROLLBACK');
    await done;
  } finally {
    await writer.end();
    await other.end();
  }
}
