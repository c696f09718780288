/** What an undo takes away of what people wrote: counted beforehand, and kept when it goes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rollbackFacts } from '../../src/activities/rollback-facts';
import { keepingOthers } from '../../src/activities/salvage';
import { LocalStore } from '../../src/adapters/backup-store/local';
import type { RegisteredReversal } from '../../src/adapters/ledger/registrations';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { mayWrite } from '../../src/adapters/reach';
import { putBack, salvages } from '../../src/adapters/salvage';
import { ensureSalvage } from '../../src/adapters/salvage-schema';
import { loadParser } from '../../src/adapters/sql-parser';
import type { RowCost } from '../../src/contract';
import { testDatabase, type TestDatabase } from '../support/database';

const NAME = '01_change';
const MARKER = (segment: number): string =>
  `INSERT INTO lockkeeper.marker (script, segment, state, deployment, token) VALUES ('migration/${NAME}@${'0'.repeat(64)}', ${segment}, 'committed', 'd1', 1)`;

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  await loadParser();
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'taken-'));
  await database.client.query('SET search_path = public');
  await ensureLedger(database.client);
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

const run = (sql: string) => database.client.query<Record<string, unknown>>(sql);

interface Case {
  before?: string;
  /** Segments, each in its transaction. */
  migration: string[];
  /** Between the first segment and the second. */
  meanwhile?: string;
  others: string;
  reversal: string;
}

interface Taken {
  counted: RowCost[];
  kept: { relation: string; column: string | null; rows: number }[];
}

async function undo({ before = '', migration, meanwhile = '', others, reversal }: Case): Promise<Taken> {
  await run(before);
  for (const [segment, sql] of migration.entries()) {
    await run(`BEGIN; ${MARKER(segment)}; ${sql}; COMMIT`);
    if (segment === 0) await run(meanwhile);
  }
  await run(others);
  const registered: RegisteredReversal = {
    step: 0,
    migrations: [NAME],
    checksums: ['c'],
    segments: migration.length,
    source: 'inverses',
    sql: reversal,
    schemaBefore: null,
    inverses: [],
    digest: '',
    reversed: false,
  };
  const facts = await rollbackFacts(database.client, {
    deployment: 'd1',
    strategy: 'reverse',
    traces: [{ reversal: registered, extent: 'all' }],
    registered: [registered],
    folders: [{ name: NAME, sql: migration.join(';\n'), checksum: 'c', downSql: null }],
    url: database.url,
    store: new LocalStore(folder),
  });
  const keeping = await keepingOthers(database.client, reversal, 'd1', registered, [registered], 'public');
  await run(`BEGIN; ${keeping} COMMIT`);
  const kept = (await salvages(database.client)).toReversed();
  return {
    counted: facts.steps[0]?.takes ?? [],
    kept: kept.map(({ relation, column, rows }) => ({ relation, column, rows })),
  };
}

test('what a file that is not what ran took is not taken for nothing', async () => {
  const registered: RegisteredReversal = {
    ...{ step: 0, migrations: [NAME], checksums: ['c'], segments: 1, source: 'none', sql: '', schemaBefore: null },
    ...{ inverses: [], digest: '', reversed: false },
  };
  const unseen = async (checksum: string): Promise<string[] | undefined> => {
    const facts = await rollbackFacts(database.client, {
      ...{ deployment: 'd1', strategy: 'auto', registered: [registered], url: database.url },
      traces: [{ reversal: registered, extent: 'all' }],
      folders: [{ name: NAME, sql: 'SELECT 1', checksum, downSql: null }],
      store: new LocalStore(folder),
    });
    return facts.steps[0]?.unseen;
  };
  expect(await unseen('c')).toEqual([]);
  expect(await unseen('d')).toEqual([`whatever ${NAME} took, whose file is not what ran`]);
});

/** `orders` with one row from before. */
const ORDERS = 'CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1)';

const taken = (name: string, rows: number | null) => ({ relation: name, rows });
const inSalvage = (relation: string, column: string | null, rows: number) => ({ relation, column, rows });

describe('under another name by now', () => {
  test.each<[string, Case, Taken]>([
    [
      'a column of a table that was renamed',
      {
        before: ORDERS,
        migration: ['ALTER TABLE orders ADD COLUMN channel text; ALTER TABLE orders RENAME TO purchases'],
        others: "INSERT INTO purchases VALUES (2, 'web'), (3, 'shop')",
        reversal:
          'ALTER TABLE "public"."purchases" RENAME TO "orders"; ALTER TABLE "public"."orders" DROP COLUMN IF EXISTS "channel";',
      },
      { counted: [taken('public.purchases.channel', 2)], kept: [inSalvage('public.orders', 'channel', 2)] },
    ],
    [
      'a column that was renamed',
      {
        before: ORDERS,
        migration: ['ALTER TABLE orders ADD COLUMN channel text; ALTER TABLE orders RENAME COLUMN channel TO source'],
        others: "INSERT INTO orders VALUES (2, 'web'), (3, 'shop')",
        reversal:
          'ALTER TABLE "public"."orders" RENAME COLUMN "source" TO "channel"; ALTER TABLE "public"."orders" DROP COLUMN IF EXISTS "channel";',
      },
      { counted: [taken('public.orders.source', 2)], kept: [inSalvage('public.orders', 'channel', 2)] },
    ],
    [
      'a new table that was renamed',
      {
        migration: ['CREATE TABLE a (id int PRIMARY KEY); ALTER TABLE a RENAME TO b'],
        others: 'INSERT INTO b VALUES (2), (3)',
        reversal: 'ALTER TABLE "public"."b" RENAME TO "a"; DROP TABLE IF EXISTS "public"."a";',
      },
      { counted: [taken('public.b', 2)], kept: [inSalvage('public.a', null, 2)] },
    ],
    [
      'a column of a table that went to another schema, of a schema that was renamed',
      {
        before: `${ORDERS}; CREATE SCHEMA shop`,
        migration: [
          'ALTER TABLE orders ADD COLUMN channel text; ALTER TABLE orders SET SCHEMA shop; ALTER SCHEMA shop RENAME TO store',
        ],
        others: "INSERT INTO store.orders VALUES (2, 'web')",
        reversal:
          'ALTER SCHEMA store RENAME TO shop; ALTER TABLE shop.orders SET SCHEMA public; ALTER TABLE orders DROP COLUMN IF EXISTS channel;',
      },
      { counted: [taken('store.orders.channel', 1)], kept: [inSalvage('public.orders', 'channel', 1)] },
    ],
    [
      'of two tables that changed their names',
      {
        before: 'CREATE TABLE a (id int PRIMARY KEY, x int); CREATE TABLE b (id int PRIMARY KEY, x int)',
        migration: [
          'ALTER TABLE a ADD COLUMN n int; ALTER TABLE a RENAME TO tmp; ALTER TABLE b RENAME TO a; ALTER TABLE tmp RENAME TO b',
        ],
        others: 'INSERT INTO b VALUES (1, 1, 1); INSERT INTO a VALUES (1, 1), (2, 2)',
        reversal:
          'ALTER TABLE b RENAME TO tmp; ALTER TABLE a RENAME TO b; ALTER TABLE tmp RENAME TO a; ALTER TABLE a DROP COLUMN n;',
      },
      { counted: [taken('public.b.n', 1)], kept: [inSalvage('public.a', 'n', 1)] },
    ],
  ])('%s', async (_, given, wanted) => {
    expect(await undo(given)).toEqual(wanted);
  });

  test('what cannot be found is unknown', async () => {
    await run('CREATE TABLE a (id int)');
    const { counted } = await undo({
      migration: ['SELECT 1'],
      others: '',
      reversal: 'DO $$ BEGIN IF false THEN DROP TABLE b; END IF; END $$;',
    });
    expect(counted).toEqual([taken('public.b', null)]);
  });
});

describe('by another type', () => {
  const table = (type: string): string =>
    `CREATE TABLE u (id int PRIMARY KEY, v ${type}); INSERT INTO u VALUES (1, NULL)`;
  const back = (type: string): string => `ALTER TABLE "public"."u" ALTER COLUMN "v" TYPE ${type} USING "v"::${type};`;

  test.each([
    ['varchar(10)', 'varchar(255)', "'a customer with a long name'"],
    ['int', 'double precision', '19.99'],
    ['numeric(10, 2)', 'numeric(12, 4)', '19.9949'],
    ['date', 'timestamptz(3)', "'2026-01-01 17:30:00+00'"],
    ['jsonb', 'json', `'{"b": 1,  "a": 2}'`],
  ])('%s to %s', async (old, now, value) => {
    const same = `INSERT INTO u SELECT 3, CAST(CAST(${value} AS ${now}) AS ${old})`;
    expect(
      await undo({
        before: table(old),
        migration: [`ALTER TABLE u ALTER COLUMN v TYPE ${now} USING v::text::${now}`],
        others: `INSERT INTO u VALUES (2, ${value}); ${same}`,
        reversal: back(old),
      }),
    ).toEqual({ counted: [taken('public.u.v', 1)], kept: [inSalvage('public.u', 'v', 1)] });
    await run(`ALTER TABLE u ALTER COLUMN v TYPE ${now} USING v::text::${now}`);
    await putBack(database.client, 1, true);
    expect((await run(`SELECT v::text = (${value}::${now})::text AS same FROM u WHERE id = 2`)).rows).toEqual([
      { same: true },
    ]);
  });

  test('without a word of how', async () => {
    expect(
      await undo({
        before: table('numeric(5, 4)'),
        migration: ['ALTER TABLE u ALTER COLUMN v TYPE numeric(7, 6)'],
        others: 'INSERT INTO u VALUES (2, 1.234567)',
        reversal: 'ALTER TABLE "u" ALTER COLUMN "id" SET DATA TYPE int, ALTER "v" SET DATA TYPE DECIMAL(5,4);',
      }),
    ).toEqual({ counted: [taken('public.u.v', 1)], kept: [inSalvage('public.u', 'v', 1)] });
  });

  test('an enum made anew under its name refuses what it lacks, and loses nothing', async () => {
    expect(
      await undo({
        before: `CREATE TYPE mood AS ENUM ('ok'); ${table('mood')}`,
        migration: ["ALTER TYPE mood ADD VALUE 'sad'"],
        others: "INSERT INTO u VALUES (2, 'ok')",
        reversal:
          "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('ok'); ALTER TABLE u ALTER COLUMN v TYPE mood USING v::text::mood; DROP TYPE mood_old;",
      }),
    ).toEqual({ counted: [], kept: [] });
  });

  test('nothing where each value comes back', async () => {
    expect(
      await undo({
        before: table('varchar(10)'),
        migration: ['ALTER TABLE u ALTER COLUMN v TYPE text'],
        others: "INSERT INTO u VALUES (2, 'short')",
        reversal: back('character varying(10)'),
      }),
    ).toEqual({ counted: [], kept: [] });
  });
});

describe('written while the step ran', () => {
  test('values of a column that its first segment added', async () => {
    expect(
      await undo({
        before: ORDERS,
        migration: ['ALTER TABLE orders ADD COLUMN channel text', 'CREATE INDEX ON orders (channel)'],
        meanwhile: "INSERT INTO orders VALUES (2, 'web')",
        others: '',
        reversal: 'ALTER TABLE "public"."orders" DROP COLUMN IF EXISTS "channel";',
      }),
    ).toEqual({ counted: [taken('public.orders.channel', 1)], kept: [inSalvage('public.orders', 'channel', 1)] });
  });

  test('not the default that older rows got, though it is none any more', async () => {
    expect(
      await undo({
        before: ORDERS,
        migration: [
          "ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web'; ALTER TABLE orders ALTER channel DROP DEFAULT",
        ],
        others: "INSERT INTO orders VALUES (2, 'web')",
        reversal: 'ALTER TABLE "public"."orders" DROP COLUMN IF EXISTS "channel";',
      }),
    ).toEqual({ counted: [taken('public.orders.channel', 1)], kept: [inSalvage('public.orders', 'channel', 1)] });
  });

  test('values of a transaction that began before it', async () => {
    const early = await testClient();
    try {
      await run(`${ORDERS}; CREATE TABLE other (id int)`);
      await early.query('BEGIN; INSERT INTO other VALUES (1)');
      const undone = undoing();
      await undone.migrated;
      await early.query("INSERT INTO orders VALUES (2, 'web'); COMMIT");
      expect(await undone.taken()).toEqual({
        counted: [taken('public.orders.channel', 1)],
        kept: [inSalvage('public.orders', 'channel', 1)],
      });
    } finally {
      await early.end();
    }
  });

  test('of a type that knows no equality', async () => {
    expect(
      await undo({
        before: ORDERS,
        migration: [`ALTER TABLE orders ADD COLUMN data json DEFAULT '{}'`],
        others: `INSERT INTO orders VALUES (2, '{}'), (3, '[1]')`,
        reversal: 'ALTER TABLE "public"."orders" DROP COLUMN IF EXISTS "data";',
      }),
    ).toEqual({ counted: [taken('public.orders.data', 1)], kept: [inSalvage('public.orders', 'data', 1)] });
  });
});

describe('of a default that is another each time', () => {
  const column = (type: string): Case => ({
    before: `${ORDERS}; CREATE SEQUENCE numbers; CREATE FUNCTION draw() RETURNS bigint LANGUAGE sql RETURN nextval('numbers');
      CREATE FUNCTION plus(int, int) RETURNS bigint LANGUAGE sql RETURN nextval('numbers');
      CREATE OPERATOR <#> (FUNCTION = plus, LEFTARG = int, RIGHTARG = int)`,
    migration: [`ALTER TABLE orders ADD COLUMN n ${type}`],
    others: 'INSERT INTO orders VALUES (2)',
    reversal: 'ALTER TABLE "public"."orders" DROP COLUMN IF EXISTS "n";',
  });

  test.each([
    ['serial', 'serial'],
    ['of a sequence', "bigint DEFAULT nextval('numbers')"],
    ['of a function', 'bigint DEFAULT 1 + draw()'],
    ['of an operator', 'bigint DEFAULT 1 <#> 2'],
  ])('%s: its values are known, and no number is taken', async (_, type) => {
    const given = column(type);
    const numbers = async (of: string): Promise<unknown> => (await run(`SELECT last_value, is_called FROM ${of}`)).rows;
    const others = `${given.others}; CREATE TABLE seen AS SELECT last_value, is_called FROM numbers`;
    expect(await undo({ ...given, others })).toEqual({
      counted: [taken('public.orders.n', 1)],
      kept: [inSalvage('public.orders', 'n', 1)],
    });
    expect(await numbers('numbers')).toEqual(await numbers('seen'));
  });

  test('but one that is the same in each transaction is compared', async () => {
    expect(
      await undo({
        ...column('bigint DEFAULT length(current_user) + 1'),
        others: 'INSERT INTO orders VALUES (2); INSERT INTO orders VALUES (3, 0)',
      }),
    ).toEqual({ counted: [taken('public.orders.n', 1)], kept: [inSalvage('public.orders', 'n', 1)] });
  });
});

describe('by a reversal written by hand', () => {
  const EVENTS = 'CREATE SCHEMA analytics; CREATE TABLE analytics.events (id int PRIMARY KEY)';
  test.each<[string, Case, Taken]>([
    [
      'a schema with all that is in it',
      {
        migration: [EVENTS],
        others: 'INSERT INTO analytics.events VALUES (1), (2)',
        reversal: 'DROP SCHEMA analytics CASCADE;',
      },
      { counted: [taken('analytics.events', 2)], kept: [inSalvage('analytics.events', null, 2)] },
    ],
    [
      'a table in a block',
      {
        migration: ['CREATE TABLE a (id int)'],
        others: 'INSERT INTO a VALUES (1)',
        reversal: 'DO $$ BEGIN DROP TABLE a; END $$;',
      },
      { counted: [taken('public.a', 1)], kept: [inSalvage('public.a', null, 1)] },
    ],
    [
      'columns of a type',
      {
        before: ORDERS,
        migration: [
          "CREATE TYPE mood AS ENUM ('ok', 'sad'); ALTER TABLE orders ADD COLUMN m mood, ADD COLUMN more mood[]",
        ],
        others: "INSERT INTO orders VALUES (2, 'ok', NULL), (3, NULL, '{sad}')",
        reversal: 'DROP TYPE mood CASCADE;',
      },
      {
        counted: [taken('public.orders.m', 1), taken('public.orders.more', 1)],
        kept: [inSalvage('public.orders', 'm', 1), inSalvage('public.orders', 'more', 1)],
      },
    ],
    [
      'rows of a table that it empties, and of those that refer to it',
      {
        before: `${ORDERS}; CREATE TABLE lines (id int PRIMARY KEY, "order" int REFERENCES orders); INSERT INTO lines VALUES (1, 1)`,
        migration: ['SELECT 1'],
        others: 'INSERT INTO orders VALUES (2)',
        reversal: 'TRUNCATE orders CASCADE;',
      },
      {
        counted: [taken('public.orders', 2), taken('public.lines', 1)],
        kept: [inSalvage('public.orders', null, 2), inSalvage('public.lines', null, 1)],
      },
    ],
    [
      'rows that it deletes, and what foreign keys do then',
      {
        before: `${ORDERS}; CREATE TABLE lines (id int PRIMARY KEY, "order" int REFERENCES orders ON DELETE CASCADE); CREATE TABLE notes (id int PRIMARY KEY, "order" int REFERENCES orders ON DELETE SET NULL)`,
        migration: ['SELECT 1'],
        others: 'INSERT INTO orders VALUES (2), (3); INSERT INTO lines VALUES (1, 2); INSERT INTO notes VALUES (1, 2)',
        reversal: 'DELETE FROM orders WHERE id = 2;',
      },
      {
        counted: [taken('public.orders', null), taken('public.lines', null), taken('public.notes.order', null)],
        kept: [
          inSalvage('public.orders', null, 2),
          inSalvage('public.lines', null, 1),
          inSalvage('public.notes', 'order', 1),
        ],
      },
    ],
    [
      'values that it overwrites, of those that were written since',
      {
        before: `${ORDERS}; ALTER TABLE orders ADD COLUMN note text; INSERT INTO orders VALUES (2, 'old')`,
        migration: ['SELECT 1'],
        others: "INSERT INTO orders VALUES (3, 'new')",
        reversal: "UPDATE orders SET note = 'none';",
      },
      { counted: [taken('public.orders.note', null)], kept: [inSalvage('public.orders', 'note', 1)] },
    ],
    [
      'rows of partitions',
      {
        migration: [
          'CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); INSERT INTO p VALUES (1)',
        ],
        others: 'INSERT INTO p VALUES (2), (3)',
        reversal: 'DROP TABLE p;',
      },
      { counted: [taken('public.p', 2)], kept: [inSalvage('public.p', null, 2)] },
    ],
    [
      'nothing in what it made itself',
      {
        before: ORDERS,
        migration: ['SELECT 1'],
        others: 'INSERT INTO orders VALUES (2)',
        reversal:
          'CREATE TEMP TABLE orders (id int); DELETE FROM orders; CREATE TABLE a (b int); UPDATE a SET b = 1; DROP TABLE a; DROP TABLE pg_temp.orders;',
      },
      { counted: [], kept: [] },
    ],
  ])('%s', async (_, given, wanted) => {
    expect(await undo(given)).toEqual(wanted);
  });

  test('what nobody can locate is unknown, and told as kept nowhere', async () => {
    await run('DROP ROLE IF EXISTS lockkeeper_nobody; CREATE ROLE lockkeeper_nobody');
    await run("CREATE FUNCTION purge() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT 1'; END $$");
    const { counted } = await undo({
      migration: ['SELECT 1'],
      others: '',
      reversal: `DROP OWNED BY lockkeeper_nobody; DROP ROLE lockkeeper_nobody; SELECT purge(), now(); DO $$ BEGIN EXECUTE 'SELECT ' || 1; END $$;`,
    });
    const lost = (relation: string): RowCost => ({ relation, rows: null, kept: false });
    expect(counted).toEqual([
      lost('whatever DROP OWNED reaches'),
      lost('whatever a DO block reaches by SQL that it makes itself'),
      lost('whatever function purge() reaches'),
    ]);
  });

  const writes = (name: string, schema = 'public'): string =>
    `CREATE FUNCTION ${schema}.${name}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$`;
  const reads = (name: string): string => `CREATE FUNCTION ${name}(text) RETURNS int STABLE LANGUAGE sql RETURN 1`;

  test.each<[string, string, string[], string[]]>([
    [
      'writes beside one that reads',
      `${writes('purge')}; ${reads('purge')}`,
      ['purge', 'public.purge'],
      ['purge', 'public.purge'],
    ],
    ["writes beside one of PostgreSQL's", writes('lower'), ['lower', 'pg_catalog.lower'], ['lower']],
    [
      'writes in another schema than the one that is named',
      `CREATE SCHEMA shop; ${writes('sweep', 'shop')}; ${reads('sweep')}`,
      ['sweep', 'shop.sweep', 'public.sweep'],
      ['sweep', 'shop.sweep'],
    ],
    ["is called like one of Lockkeeper's", reads('forget'), ['forget', 'lockkeeper.forget'], []],
    ['is not there', 'SELECT 1', ['gone', 'public.lower'], ['gone', 'public.lower']],
    [
      "is PostgreSQL's, and writes or runs what it is given",
      reads('lo_unlink'),
      ['lo_unlink', 'pg_catalog.lo_put', 'query_to_xml', 'public.lo_unlink', 'now', 'count'],
      ['lo_unlink', 'pg_catalog.lo_put', 'query_to_xml'],
    ],
  ])('a function that %s', async (_, before, calls, reported) => {
    await ensureSalvage(database.client);
    await run(before);
    expect((await mayWrite(database.client, calls)).toSorted()).toEqual(reported.toSorted());
  });
});

describe('of what cannot be locked, or compared', () => {
  test('a part of a composite type: the columns that have it', async () => {
    expect(
      await undo({
        before: 'CREATE TYPE addr AS (street text); CREATE TABLE p (id int PRIMARY KEY, a addr)',
        migration: ['ALTER TYPE addr ADD ATTRIBUTE zip text CASCADE'],
        others: "INSERT INTO p VALUES (1, ROW('x', '8000'))",
        reversal: 'ALTER TYPE "public"."addr" DROP ATTRIBUTE IF EXISTS "zip" CASCADE;',
      }),
    ).toEqual({ counted: [taken('public.p.a', null)], kept: [inSalvage('public.p', 'a', 1)] });
  });

  test("a foreign table's column: its rows are elsewhere", async () => {
    expect(
      await undo({
        before:
          "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN TABLE ft (a int) SERVER files OPTIONS (filename '/dev/null')",
        migration: ['ALTER FOREIGN TABLE ft ADD COLUMN b int'],
        others: '',
        reversal: 'ALTER TABLE ft DROP COLUMN b;',
      }),
    ).toEqual({ counted: [], kept: [] });
  });

  test('a collation that goes with its table', async () => {
    const make =
      "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TABLE q (id text COLLATE ci PRIMARY KEY, n text COLLATE ci)";
    expect(
      await undo({
        migration: [make],
        others: "INSERT INTO q VALUES ('A', 'B')",
        reversal: 'DROP TABLE q; DROP COLLATION ci;',
      }),
    ).toEqual({ counted: [taken('public.q', 1)], kept: [inSalvage('public.q', null, 1)] });
    await run(`${make}; INSERT INTO q VALUES ('a', 'B')`);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(/1 of 1 row have a key/);
    await run('TRUNCATE q');
    expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 1 });
  });
});

async function testClient() {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: database.url, options: '-c search_path=public' });
  await client.connect();
  return client;
}

/** The migration first, and the undo when it is asked for. */
function undoing() {
  const migrated = run(`BEGIN; ${MARKER(0)}; ALTER TABLE orders ADD COLUMN channel text; COMMIT`);
  return {
    migrated,
    taken: () =>
      undo({ migration: [], others: '', reversal: 'ALTER TABLE "public"."orders" DROP COLUMN IF EXISTS "channel";' }),
  };
}
