/** What is asked of a server before a plan is made, answered by a real one. */
import { inspectServer, type ServerFacts } from '../../src/adapters/inspect';
import { testDatabase, type TestDatabase } from '../support/database';
import { testRole } from '../support/role';

let database: TestDatabase;
let facts: ServerFacts;

beforeAll(async () => {
  database = await testDatabase();
  await database.client.query(`
    CREATE TABLE "Empty" ("id" INTEGER);
    CREATE TABLE "Unanalysed" ("id" SERIAL PRIMARY KEY, "text" TEXT);
    INSERT INTO "Unanalysed" ("text") SELECT repeat('x', 50) FROM generate_series(1, 1000);
    CREATE TABLE "Narrow" ("id" SMALLSERIAL PRIMARY KEY);
    SELECT setval('"Narrow_id_seq"', 30000);
    CREATE TABLE "Wide" ("id" BIGSERIAL PRIMARY KEY);
    CREATE TABLE "Event" ("id" INTEGER) PARTITION BY RANGE ("id");
    CREATE TABLE "Event_1" PARTITION OF "Event" FOR VALUES FROM (0) TO (500);
    CREATE TABLE "Event_2" PARTITION OF "Event" FOR VALUES FROM (500) TO (2000);
    INSERT INTO "Event" SELECT generate_series(1, 900);
    ANALYZE "Event";`);
  facts = await inspectServer(database.url, 'lockkeeper/test');
});
afterAll(() => database.drop());

test('an empty table has no rows, and one that was never analysed has some', () => {
  expect(facts.tables['public.Empty']).toEqual({ rows: 0, bytes: 0, rowBytes: 0 });
  expect(facts.tables['public.Unanalysed']?.rows).toBeGreaterThan(100);
});

test('a partitioned table has the rows and the bytes of its partitions', () => {
  const parts = [facts.tables['public.Event_1'], facts.tables['public.Event_2']];
  expect(facts.tables['public.Event']).toEqual({
    family: 'partitioned',
    rows: 900,
    rowBytes: 0,
    bytes: parts.reduce((sum, part) => sum + (part?.bytes ?? 0), 0),
  });
});

test('the rows of a table take less than the table with its indexes', () => {
  const { rowBytes = 0, bytes = 0 } = facts.tables['public.Unanalysed'] ?? {};
  expect(rowBytes).toBeGreaterThanOrEqual(8192);
  expect(bytes - rowBytes).toBeGreaterThanOrEqual(8192);
});

test('a role without rights counts the connections of the others, and knows that it sees no more of them', async () => {
  const role = await testRole();
  try {
    const { connections, seesAllActivity } = await inspectServer(role.url(database.name), 'lockkeeper/test');
    // Its own, and the one that made the tables.
    expect(connections.used).toBeGreaterThanOrEqual(2);
    expect(seesAllActivity).toBe(false);
  } finally {
    await role.drop();
  }
});

test('says how much of a narrow key is used, and nothing of a wide one', () => {
  expect(facts.tables['public.Narrow']?.keyUsed).toBeCloseTo(30000 / 32767);
  expect(facts.tables['public.Unanalysed']?.keyUsed).toBeCloseTo(1000 / 2147483647);
  expect(facts.tables['public.Wide']).not.toHaveProperty('keyUsed');
});
