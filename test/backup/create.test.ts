/** Backups of databases that hold everything a dump can carry, in every format, restored for real. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { createPgTools } from '../../src/adapters/pg-tools';
import { withDatabase } from '../../src/adapters/postgres';
import { metaSchema } from '../../src/backup/meta';
import { backupBench, type BackupBench } from '../support/backup';
import { onServer, pgBin, testDatabase, type TestDatabase } from '../support/database';

const LONG = 'ü'.repeat(31) + 'x';
const SCHEMA = `
  CREATE SCHEMA "Second Schema"; CREATE SCHEMA lockkeeper; CREATE SCHEMA lockkeeper_salvage;
  CREATE TABLE lockkeeper.own (id serial); CREATE TABLE lockkeeper_salvage.own (id serial);
  CREATE TABLE t (t int, note text);
  INSERT INTO t SELECT i, repeat('x', i % 7) FROM generate_series(1, 1000) i;
  CREATE TABLE "odd ""name"". with 'signs'" ("select" int PRIMARY KEY, "a,b" money, "é" interval, f float8, at timestamptz, raw bytea, r regclass);
  INSERT INTO "odd ""name"". with 'signs'" VALUES (1, 12.5, '1 day 2 hours', 0.1::float8 + 0.2, now(), '\\xdeadbeef', 't'), (2, NULL, NULL, 'NaN', NULL, NULL, NULL);
  CREATE TABLE "${LONG}" ("${LONG}" text);
  INSERT INTO "${LONG}" VALUES ('a'), ('a'), (NULL);
  CREATE TABLE "Second Schema".parted (id bigint GENERATED ALWAYS AS IDENTITY, region text) PARTITION BY LIST (region);
  CREATE TABLE "Second Schema".parted_eu PARTITION OF "Second Schema".parted FOR VALUES IN ('eu');
  CREATE TABLE "Second Schema".parted_rest PARTITION OF "Second Schema".parted DEFAULT;
  INSERT INTO "Second Schema".parted (region) SELECT CASE WHEN i % 2 = 0 THEN 'eu' ELSE 'us' END FROM generate_series(1, 100) i;
  CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
  INSERT INTO generated VALUES (1), (2);
  CREATE UNLOGGED TABLE unlogged (a int); INSERT INTO unlogged VALUES (1);
  CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent);
  INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3);
  CREATE TABLE guarded (a int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; INSERT INTO guarded VALUES (1), (2);
  CREATE TABLE documents (id serial PRIMARY KEY, body jsonb);
  INSERT INTO documents (body) SELECT jsonb_build_object('i', i, 'text', repeat(md5(i::text), 40)) FROM generate_series(1, 3000) i;
  CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TYPE "a place" AS (x int, y mood); CREATE DOMAIN percent AS int CHECK (value <= 100);
  CREATE TABLE typed (m mood, ms mood[], p "a place", d percent, r regclass[], rng tstzrange, m2d int[][], v tsvector);
  INSERT INTO typed VALUES ('sad', '{happy,sad}', '(1,sad)', 7, '{t,guarded}', '[2026-01-01,)', '{{1,2},{3,4}}', 'a fat cat'), (NULL, '{}', NULL, NULL, NULL, 'empty', NULL, NULL);
  CREATE TABLE nothing ();
  INSERT INTO nothing DEFAULT VALUES;
  CREATE SEQUENCE unused; CREATE SEQUENCE used START 5; SELECT nextval('used'); CREATE SEQUENCE falling INCREMENT -1; SELECT nextval('falling');
  SELECT lo_from_bytea(424242, convert_to(repeat('large', 700000), 'UTF8')), lo_from_bytea(424243, ''), lo_from_bytea(424244, convert_to(repeat('m', 1048576), 'UTF8'));
`;

/** Types that another server's package may lack. */
const EXTENSIONS = { citext: 'CaSe', hstore: 'a=>1, b=>NULL', ltree: 'Top.Science' };

async function useExtensions(): Promise<void> {
  const { rows } = await database.client.query<{ name: keyof typeof EXTENSIONS }>(
    'SELECT name FROM pg_available_extensions WHERE name = ANY ($1)',
    [Object.keys(EXTENSIONS)],
  );
  for (const { name } of rows)
    await database.client.query(
      `CREATE EXTENSION ${name} SCHEMA "Second Schema"; CREATE TABLE of_${name} (v "Second Schema".${name}); INSERT INTO of_${name} VALUES ('${EXTENSIONS[name]}')`,
    );
}

let database: TestDatabase;
const benches: BackupBench[] = [];

function bench(...args: Parameters<typeof backupBench> extends [string, ...infer Rest] ? Rest : never): BackupBench {
  const made = backupBench(database.url, ...args);
  benches.push(made);
  return made;
}

beforeAll(async () => {
  database = await testDatabase();
  // The tests' role is called as our schema, where its tables would go.
  await database.client.query('SET search_path = public');
  await database.client.query(SCHEMA);
  await useExtensions();
});
afterEach(() => benches.splice(0).forEach((made) => made.close()));
afterAll(() => database.drop());

describe.each([
  ['custom', 'auto', 'dump'],
  ['custom', 'none', 'dump'],
  ['directory', 'gzip', 'dir'],
  ['plain', 'auto', 'sql'],
] as const)('format %s, compression %s', (format, compression, extension) => {
  it('restores to exactly what the database held', async () => {
    const { take, prove, find, dir } = bench({ format, compression });
    const { meta } = await take();
    expect((await find(meta.id)).verified).toBeNull();
    await prove(meta.id);
    expect((await find(meta.id)).verified).toMatchObject({ sha256: meta.sha256 });
    expect(readdirSync(dir).sort()).toEqual(
      [
        `${meta.id}.${extension}`,
        `${meta.id}.${extension}.meta`,
        `${meta.id}.globals.sql`,
        `${meta.id}.verified`,
      ].sort(),
    );
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o077).toBe(0);
  });
});

it('compresses with zstd where pg_dump has it, and says so where it has not', async () => {
  const tools = createPgTools(pgBin(''));
  const [auto, asked] = [bench(), bench({ compression: 'zstd' })];
  if (await tools.hasZstd()) {
    const { meta } = await asked.take();
    expect(meta.compression).toBe('zstd');
    await asked.prove(meta.id);
    expect((await auto.take()).meta.compression).toBe('zstd');
  } else {
    expect((await auto.take()).meta.compression).toBe('gzip');
    await expect(asked.take()).rejects.toThrow(
      /^pg_dump \d+\S* does not compress with zstd; set backup\.compression to auto, or /,
    );
    expect(readdirSync(asked.dir)).toEqual([]);
  }
});

it('takes a database whose name is made of what separates names', async () => {
  const name = `a=b "c" 'd' /e?f#g&h:i@j%k%41 ü\\`;
  await onServer(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  const { take, prove, close } = backupBench(withDatabase(database.url, name));
  try {
    const { meta } = await take();
    expect(meta.database.name).toBe(name);
    expect(meta.globals).toHaveProperty('name');
    await prove(meta.id);
  } finally {
    close();
    await onServer(`DROP DATABASE "${name.replaceAll('"', '""')}"`);
  }
});

it('has a .meta that says everything, and a digest that sha256sum gives too', async () => {
  const { take, dir } = bench();
  await database.client.query(
    'CREATE TABLE _prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz)',
  );
  await database.client.query(
    `INSERT INTO _prisma_migrations VALUES ('1_init', now(), NULL), ('2_undone', now(), now())`,
  );
  const { meta } = await take({ migrations: ['1_init', '2_undone', '3_new'] });
  await database.client.query('DROP TABLE _prisma_migrations');
  const file = join(dir, `${meta.id}.dump`);
  const written = metaSchema.parse(JSON.parse(readFileSync(`${file}.meta`, 'utf8')));
  expect(written).toEqual(meta);
  expect(written.sha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
  expect(written).toMatchObject({
    version: 1,
    environment: 'test',
    target: 'main',
    deployment: null,
    format: 'custom',
    bytes: statSync(file).size,
    migrations: { applied: ['1_init'], pending: ['2_undone', '3_new'] },
    database: { name: database.name, encoding: 'UTF8' },
    snapshot: { timeline: 1 },
    globals: { name: `${meta.id}.globals.sql` },
  });
  expect(written.contents.tables).toMatchObject({
    'public.t': { rows: 1000 },
    [`public."${LONG}"`]: { rows: 3 },
    [`public."odd ""name"". with 'signs'"`]: { rows: 2 },
    '"Second Schema".parted_eu': { rows: 50 },
    'public.parent': { rows: 1 },
    'public.unlogged': { rows: 1 },
    'public.nothing': { rows: 1 },
  });
  expect(written.contents.tables).not.toHaveProperty('"Second Schema".parted');
  expect(written.contents.largeObjects.count).toBe(3);
  expect(written.contents.sequences).toMatchObject({
    'public.unused': { from: null, to: null },
    'public.used': { from: '5', to: '5' },
    'public.falling': { from: '-1', to: '-1' },
  });
  expect(readFileSync(join(dir, `${meta.id}.globals.sql`), 'utf8')).not.toMatch(/PASSWORD/);
});

it('sees one snapshot, whatever is written meanwhile', async () => {
  const { take, prove } = bench();
  const other = new Client({ connectionString: database.url });
  await other.connect();
  await other.query('SET search_path = public');
  await other.query(
    'CREATE TABLE public.busy (id bigserial PRIMARY KEY, body text, amount int); INSERT INTO public.busy (body, amount) SELECT md5(i::text), i FROM generate_series(1, 20000) i',
  );
  let writing = true;
  let rounds = 0;
  const writer = (async () => {
    while (writing) {
      await other.query(`INSERT INTO busy (body, amount) SELECT 'new', i FROM generate_series(1, 50) i`);
      await other.query(`UPDATE busy SET amount = -amount WHERE id % 100 = ${rounds % 100}`);
      await other.query(`DELETE FROM busy WHERE id % 997 = ${rounds % 997}`);
      await other.query(`SELECT lo_put(424242, ${rounds % 1000}, 'changed')`);
      rounds += 1;
    }
  })();
  const { meta } = await take();
  writing = false;
  await writer;
  const { from, to } = meta.contents.sequences['public.busy_id_seq'] ?? {};
  expect(Number(to)).toBeGreaterThan(Number(from));
  await prove(meta.id);
  await other.query('DROP TABLE busy');
  await other.end();
});
