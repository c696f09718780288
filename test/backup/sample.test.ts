/** A restore with part of the rows of the largest tables: what refers to what stays so, and what is whole is what was dumped. */
import { createPgTools } from '../../src/adapters/pg-tools';
import { ScratchDatabases } from '../../src/adapters/scratch';
import { restoreSample, type RestoredSample } from '../../src/backup/sample';
import { openStore } from '../../src/backup/store';
import { newDeploymentId } from '../../src/client/deployment-id';
import type { BackupConfig } from '../../src/config/backup';
import { backupBench, type BackupBench } from '../support/backup';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let bench: BackupBench | null = null;
let scratch: ScratchDatabases;

beforeEach(async () => {
  database = await testDatabase();
  scratch = new ScratchDatabases(database.url, newDeploymentId());
});
afterEach(async () => {
  bench?.close();
  bench = null;
  await scratch.dropAll();
  await database.drop();
});

async function sampled(aboveBytes: number, config: Partial<BackupConfig> = {}): Promise<RestoredSample> {
  bench = backupBench(database.url, config);
  const { meta } = await bench.take();
  return restoreSample({
    backup: await bench.find(meta.id),
    store: openStore(bench.config, process.env),
    tools: createPgTools(pgBin('')),
    url: database.url,
    origin: database.url,
    aboveBytes,
    scratch,
    purpose: 'restored',
    jobs: 2,
    dir: bench.dir,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

async function inSample<T>(query: string): Promise<T[]> {
  return scratch.use('restored', async (client) => (await client.query(query)).rows as T[]);
}

async function numberOf(query: string): Promise<number> {
  const [row] = await inSample<{ n: number }>(`SELECT (${query})::int AS n`);
  return row?.n ?? -1;
}

const SHOP = `
CREATE TABLE "people" ("id" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "email" text NOT NULL UNIQUE, "best_order" bigint);
CREATE TABLE "settings" ("person_id" int REFERENCES "people" ("id"), "tone" text CHECK ("tone" <> 'x'));
CREATE TABLE "Orders ""odd" ("id" bigserial PRIMARY KEY, "person_id" int NOT NULL REFERENCES "people" ("id"), "note" text, "twice" text GENERATED ALWAYS AS ("note" || "note") STORED);
CREATE TABLE "items" ("order_id" bigint REFERENCES "Orders ""odd" ("id"), "line" int, "note" text, PRIMARY KEY ("order_id", "line"));
CREATE TABLE "notes" ("order_id" bigint, "line" int, "says" text, FOREIGN KEY ("order_id", "line") REFERENCES "items");
CREATE FUNCTION "refuse"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no row may go'; END $$;
INSERT INTO "people" ("email") SELECT E'tab\\tback\\\\slash line\\n' || i FROM generate_series(1, 20000) i;
INSERT INTO "settings" SELECT i * 39, 'low' FROM generate_series(1, 500) i;
INSERT INTO "Orders ""odd" ("person_id", "note") SELECT 1 + i % 20000, 'note ' || i FROM generate_series(1, 30000) i;
INSERT INTO "items" SELECT 1 + i / 3, i % 3, 'item ' || i FROM generate_series(1, 60000) i;
INSERT INTO "notes" SELECT 1 + i / 3, i % 3, 'says' FROM generate_series(1, 300) i;
CREATE TRIGGER "keep" BEFORE DELETE ON "items" FOR EACH ROW EXECUTE FUNCTION "refuse"();
ANALYZE;`;

const CONFIGS: [string, Partial<BackupConfig>][] = [
  ['custom', {}],
  ['custom, written through a pipe', { bytesPerSecond: 1e9 }],
  ['directory', { format: 'directory' }],
];

test.each(CONFIGS)('small tables are whole, and no row refers to one that is not there (%s)', async (_name, config) => {
  await database.client.query(SHOP);
  const { tables } = await sampled(200_000, config);
  const told = new Map(tables.map(({ table, rows, kept }) => [table, { rows, kept }]));
  expect(told.get('public.items')?.rows).toBe(60_000);
  expect(told.get('public.items')?.kept).toBeLessThan(20_000);
  expect(told.get('public.Orders "odd')?.rows).toBe(30_000);
  expect(told.get('public.people')?.rows).toBe(20_000);
  // Whole, because what they refer to was kept for them.
  expect([...told.keys()].sort()).toEqual(['public.Orders "odd', 'public.items', 'public.people']);
  expect(await numberOf('SELECT count(*) FROM settings')).toBe(500);
  expect(await numberOf('SELECT count(*) FROM notes')).toBe(300);
  for (const [table, { kept }] of told) {
    const quoted = table === 'public.Orders "odd' ? '"Orders ""odd"' : table;
    expect(kept).toBeGreaterThan(0);
    expect(await numberOf(`SELECT count(*) FROM ${quoted}`)).toBe(kept);
  }
  // Every constraint is there and holds.
  expect(await numberOf(`SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated`)).toBe(4);
  expect(await numberOf('SELECT max(id) FROM people')).toBeLessThanOrEqual(20_000);
  const [next] = await inSample<{ id: number }>(`INSERT INTO people (email) VALUES ('new') RETURNING id`);
  expect(next?.id).toBe(20_001);
});

test('in a circle, rows go whose counterpart is not there, and all that refers to them; it is told of each table', async () => {
  await database.client.query(`${SHOP}
    UPDATE "people" SET "best_order" = "id";
    ALTER TABLE "people" ADD FOREIGN KEY ("best_order") REFERENCES "Orders ""odd" ("id");`);
  const { tables } = await sampled(200_000);
  expect(await numberOf(`SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated`)).toBe(5);
  for (const { table, rows, kept } of tables) {
    const quoted = table === 'public.Orders "odd' ? '"Orders ""odd"' : table;
    expect(kept).toBeLessThan(rows);
    expect(await numberOf(`SELECT count(*) FROM ${quoted}`)).toBe(kept);
  }
  expect(tables.map(({ table }) => table)).toContain('public.people');
});

test('partitions, with their foreign keys from and to the whole', async () => {
  await database.client.query(`
    CREATE TABLE "events" ("id" int, "day" int, "cause" int, "cause_day" int, PRIMARY KEY ("id", "day")) PARTITION BY RANGE ("day");
    CREATE TABLE "events_1" PARTITION OF "events" FOR VALUES FROM (0) TO (10);
    CREATE TABLE "events_2" PARTITION OF "events" FOR VALUES FROM (10) TO (20);
    CREATE TABLE "seen" ("event" int, "day" int, FOREIGN KEY ("event", "day") REFERENCES "events");
    INSERT INTO "events" SELECT i, i % 20, CASE WHEN i > 100 THEN i - 100 END, CASE WHEN i > 100 THEN (i - 100) % 20 END FROM generate_series(1, 20000) i;
    INSERT INTO "seen" SELECT i * 20, 0 FROM generate_series(1, 100) i;
    ALTER TABLE "events" ADD FOREIGN KEY ("cause", "cause_day") REFERENCES "events";`);
  const { tables } = await sampled(100_000);
  expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['public.events_1', 'public.events_2']));
  expect(await numberOf('SELECT count(*) FROM events')).toBeGreaterThan(0);
  expect(
    await numberOf(
      'SELECT count(*) FROM events e WHERE cause IS NOT NULL AND NOT EXISTS (SELECT FROM events c WHERE c.id = e.cause AND c.day = e.cause_day)',
    ),
  ).toBe(0);
  expect(await numberOf('SELECT count(*) FROM seen WHERE NOT EXISTS (SELECT FROM events WHERE id = event)')).toBe(0);
});

test('a table that refers to itself loses the rows whose chain is broken', async () => {
  await database.client.query(`
    CREATE TABLE "tree" ("id" int PRIMARY KEY, "parent" int, "says" text);
    INSERT INTO "tree" SELECT i, CASE WHEN i > 1000 THEN i / 2 END, repeat('x', 50) FROM generate_series(1, 20000) i;
    ALTER TABLE "tree" ADD FOREIGN KEY ("parent") REFERENCES "tree" ("id");`);
  const { tables } = await sampled(300_000);
  expect(tables).toMatchObject([{ table: 'public.tree', rows: 20_000 }]);
  expect(await numberOf('SELECT count(*) FROM tree')).toBe(tables[0]?.kept);
});

test('what is small enough is whole, all of it', async () => {
  await database.client.query(SHOP);
  const { tables } = await sampled(1e9);
  expect(tables).toEqual([]);
  expect(await numberOf('SELECT count(*) FROM items')).toBe(60_000);
});
