/** Rows that an undo drops: those of others are kept, and come back as they were. */
import { Client } from 'pg';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { createPgTools } from '../../src/adapters/pg-tools';
import { forgetSalvage, putBack, salvages } from '../../src/adapters/salvage';
import { ensureSalvage, keepStatement } from '../../src/adapters/salvage-schema';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { writersOf } from '../../src/adapters/written-since';
import { takingsOf } from '../../src/policy/reversal';
import { keepingRows } from '../../src/policy/salvage';
import { testDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';

let database: TestDatabase;

beforeEach(async () => {
  await loadParser();
  database = await testDatabase();
  // The test's role is called lockkeeper, and the default's "$user" would put its tables into our schema.
  await database.client.query('SET search_path = public');
  await ensureLedger(database.client);
  await ensureSalvage(database.client);
});
afterEach(() => database.drop());

const sql = (text: string) => database.client.query<Record<string, unknown>>(text);
const rows = async (query: string): Promise<unknown[]> => (await sql(query)).rows;

/** Runs SQL in one transaction. @returns its id. */
async function transaction(text: string): Promise<string> {
  await sql('BEGIN');
  await sql(text);
  const [row] = await rows('SELECT pg_current_xact_id()::xid::text AS xid');
  await sql('COMMIT');
  return (row as { xid: string }).xid;
}

/** Drops with what others than the transactions `own` wrote kept, as an undo does. */
async function undo(script: string, own: string[] = []): Promise<void> {
  const statements = parseScript(script);
  const text = keepingRows(statements, takingsOf(statements, 'public', parseScript), (target) =>
    keepStatement(database.client, target, 'd1', writersOf(own, own)),
  );
  await sql(`BEGIN; ${text} COMMIT`);
}

const ODD = `"Ord""er's"`;

describe('a table', () => {
  it('is kept where a comment ends its statement', async () => {
    await sql('CREATE TABLE a (id int); CREATE TABLE b (id int); INSERT INTO a VALUES (1)');
    await undo('DROP TABLE a -- nobody reads it\n; DROP TABLE b -- nor this');
    expect(await salvages(database.client)).toMatchObject([{ relation: 'public.a', rows: 1 }]);
  });

  const MAKE = `CREATE TYPE "mood" AS ENUM ('happy', 'sad');
    CREATE TABLE ${ODD} ("id" serial PRIMARY KEY, "note" text, "mood" "mood", "moods" "mood"[], "at" timestamptz, "data" jsonb, "json" json,
      "bytes" bytea, "twice" int GENERATED ALWAYS AS ("id" * 2) STORED);
    INSERT INTO ${ODD} ("note") VALUES ('from the migration')`;
  const WRITE = `INSERT INTO ${ODD} ("note", "mood", "moods", "at", "data", "json", "bytes")
    VALUES ('it''s; "odd"', 'sad', '{happy,sad}', '2026-01-02 03:04:05.678901+09', '{"a": [1.10]}', '{"b" : 1,  "b":2}', '\\x00ff'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL)`;
  const DROP = `DROP TABLE ${ODD}; DROP TYPE "mood"`;

  it('is kept without what the migration wrote, outlives its types, and comes back as it was', async () => {
    const own = await transaction(MAKE);
    await sql(WRITE);
    const before = await rows(`SELECT * FROM ${ODD} WHERE id > 1 ORDER BY id`);
    await undo(DROP, [own]);
    expect(await salvages(database.client)).toMatchObject([
      {
        id: 1,
        deployment: 'd1',
        source: 'undo',
        relation: `public.${ODD}`,
        column: null,
        key: ['id'],
        rows: 2,
        putBackAt: null,
      },
    ]);
    await transaction(MAKE);
    expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 2 });
    expect(await rows(`SELECT * FROM ${ODD} WHERE id > 1 ORDER BY id`)).toEqual(before);
    // Its keys are not dealt out again.
    await sql(`INSERT INTO ${ODD} DEFAULT VALUES`);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(/Salvage 1 was put back at/);
  });

  it('is not put back over rows with its keys, nor where it is not', async () => {
    await transaction(MAKE);
    await sql(WRITE);
    await undo(DROP);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(
      `Table public.Order's is not there; deploy the migration that makes it, then put salvage 1 back. Its rows are in lockkeeper_salvage."s1_Ord""er's".`,
    );
    await transaction(MAKE);
    await sql(`INSERT INTO ${ODD} ("note") VALUES ('another 2')`);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(/^1 of 3 rows have a key that another row/);
    expect(await rows(`SELECT count(*)::int AS n FROM ${ODD}`)).toEqual([{ n: 2 }]);
    await sql(`DELETE FROM ${ODD} WHERE "note" = 'another 2'; ALTER TABLE ${ODD} DROP COLUMN "data"`);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(/has no column data/);
    await sql(`ALTER TABLE ${ODD} ADD COLUMN "data" jsonb, ADD CONSTRAINT "said" CHECK ("note" IS NOT NULL)`);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(
      /violates check constraint "said" \(SQLSTATE 23514\)/,
    );
  });

  describe('without a primary key', () => {
    beforeEach(async () => {
      await sql('CREATE TABLE a (x int); INSERT INTO a SELECT generate_series(1, 3)');
      await undo('DROP TABLE a');
      await sql('CREATE TABLE a (x int)');
    });

    it.each([
      [
        'a trigger',
        `CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN NEW.x % 2 = 1 THEN NEW END; END $$;
         CREATE TRIGGER odd BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION odd()`,
        'DROP TRIGGER odd ON a',
      ],
      ['a rule', 'CREATE RULE odd AS ON INSERT TO a WHERE NEW.x % 2 = 0 DO INSTEAD NOTHING', 'DROP RULE odd ON a'],
    ])('comes back whole or not at all, where %s keeps rows out', async (_, hinder, free) => {
      await sql(hinder);
      for (const _attempt of [1, 2])
        await expect(putBack(database.client, 1, false)).rejects.toThrow(
          /^A trigger or rule keeps 1 of 3 rows out of public\.a, .*; nothing was put back, and they stay in lockkeeper_salvage\.s1_a\.$/,
        );
      expect(await rows('SELECT x FROM a')).toEqual([]);
      expect(await salvages(database.client)).toMatchObject([{ rows: 3, putBackAt: null }]);
      await sql(free);
      expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 3 });
      expect(await rows('SELECT x FROM a ORDER BY x')).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
      await expect(putBack(database.client, 1, false)).rejects.toThrow(/Salvage 1 was put back at/);
    });

    it('counts as put back where a person took some of what was kept away', async () => {
      await sql('DELETE FROM lockkeeper_salvage.s1_a WHERE x = 1');
      expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 2 });
      await expect(putBack(database.client, 1, false)).rejects.toThrow(/Salvage 1 was put back at/);
      expect(await rows('SELECT x FROM a ORDER BY x')).toEqual([{ x: 2 }, { x: 3 }]);
    });
  });

  it('that nobody wrote into leaves no trace', async () => {
    await undo(DROP, [await transaction(MAKE)]);
    expect(await salvages(database.client)).toEqual([]);
    expect(await rows(`SELECT to_regnamespace('lockkeeper_salvage') AS there`)).toEqual([{ there: null }]);
  });

  it('of 63 bytes is kept under a name that fits', async () => {
    const name = 'ü'.repeat(31);
    await sql(`CREATE TABLE "${name}" (a int); INSERT INTO "${name}" VALUES (1)`);
    await undo(`DROP TABLE "${name}"`);
    await sql(`CREATE TABLE "${name}" (a int)`);
    expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 1 });
    expect(await rows(`SELECT * FROM "${name}"`)).toEqual([{ a: 1 }]);
  });
});

describe('a table that came back with other columns', () => {
  const KEPT = `CREATE TABLE "goods" ("id" int PRIMARY KEY, "price" numeric, "note" text, "at" timestamptz)`;

  beforeEach(async () => {
    const own = await transaction(KEPT);
    await sql(`INSERT INTO "goods" VALUES (1, 1.50, 'abcdef', '2026-01-02 03:04:05Z'), (2, 2, NULL, NULL)`);
    await undo('DROP TABLE "goods"', [own]);
  });

  it.each([
    [
      'integer where there were fractions',
      '"price" int, "note" text, "at" timestamptz',
      /: column public\.goods\.price is integer by now, and its values were kept as numeric; 1 of 2 would not be the same\. They are in lockkeeper_salvage\."s1_goods"/,
    ],
    [
      'shorter',
      '"price" numeric, "note" varchar(3), "at" timestamptz',
      /goods\.note is character varying\(3\) by now, .* 1 of 2 would not/,
    ],
    ['without its time', '"price" numeric, "note" text, "at" date', /goods\.at is date by now, .* 1 of 2 would not/],
    [
      'a number where there were words',
      '"price" numeric, "note" int, "at" timestamptz',
      /goods\.note is integer by now, .*: invalid input syntax for type integer: "…" \(SQLSTATE 22P02\)\./,
    ],
    [
      'of a type without a way to it',
      '"price" numeric, "note" text, "at" boolean',
      /goods\.at is boolean by now, .*: cannot cast type .* \(SQLSTATE 42846\)\./,
    ],
    [
      'missing',
      '"price" numeric, "at" timestamptz',
      /^Table public\.goods has no column note; deploy .* Its rows are in lockkeeper_salvage\."s1_goods"\.$/,
    ],
    [
      'joined by one that must not be empty',
      '"price" numeric, "note" text, "at" timestamptz, "new" int NOT NULL',
      /null value in column "new" .* \(SQLSTATE 23502\)\. Nothing was done\.$/,
    ],
    [
      'generated',
      '"price" numeric, "at" timestamptz, "note" text GENERATED ALWAYS AS (\'n\') STORED',
      /cannot insert .* into column "note" \(SQLSTATE 428C9\)\. Nothing was done\.$/,
    ],
  ])('is told which are %s, and nothing is put back', async (_, columns, says) => {
    await sql(`CREATE TABLE "goods" ("id" int PRIMARY KEY, ${columns})`);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(says);
    expect(await rows('SELECT FROM "goods"')).toEqual([]);
    expect(await salvages(database.client)).toMatchObject([{ id: 1, rows: 2, putBackAt: null }]);
  });

  it('takes what is the same in its new types, whatever their order', async () => {
    await sql(
      `CREATE TABLE "goods" ("note" varchar(6), "more" int DEFAULT 7, "at" timestamp, "price" numeric(10, 2), "id" bigint PRIMARY KEY)`,
    );
    expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 2 });
    expect(await rows('SELECT "note", "more", "price"::text, "id" FROM "goods" ORDER BY "id"')).toEqual([
      { note: 'abcdef', more: 7, price: '1.50', id: '1' },
      { note: null, more: 7, price: '2.00', id: '2' },
    ]);
  });
});

describe('a column', () => {
  const ADD = `ALTER TABLE "people" ADD COLUMN "nick" text DEFAULT 'none'`;

  beforeEach(() =>
    sql(`CREATE TABLE "people" ("id" int PRIMARY KEY); INSERT INTO "people" SELECT generate_series(1, 4)`),
  );

  const kept = async (): Promise<void> => {
    const own = await transaction(ADD);
    await sql(`UPDATE "people" SET "nick" = 'ada' WHERE id = 1; UPDATE "people" SET "nick" = 'bob' WHERE id = 2`);
    await undo('ALTER TABLE "people" DROP COLUMN "nick"', [own]);
  };

  it('is kept with its key, where somebody wrote a value, and comes back to the rows that are there', async () => {
    await kept();
    expect(await salvages(database.client)).toMatchObject([{ relation: 'public.people', column: 'nick', rows: 2 }]);
    await sql(`${ADD}; DELETE FROM "people" WHERE id = 2`);
    expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 1 });
    expect(await rows('SELECT id, nick FROM people ORDER BY id')).toEqual([
      { id: 1, nick: 'ada' },
      { id: 3, nick: 'none' },
      { id: 4, nick: 'none' },
    ]);
    // One of them is nowhere yet.
    expect(await salvages(database.client)).toMatchObject([{ putBackAt: null }]);
    await sql('INSERT INTO "people" VALUES (2)');
    expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 2 });
    expect(await salvages(database.client)).toMatchObject([{ putBackAt: expect.any(Date) as Date }]);
  });

  it('is not put back behind a policy that hides rows from their owner', async () => {
    await kept();
    await sql(`DROP ROLE IF EXISTS salvage_owner; CREATE ROLE salvage_owner; ${ADD}; ALTER TABLE "people" OWNER TO salvage_owner;
      ALTER TABLE "people" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY none ON "people" USING (false);
      GRANT ALL ON SCHEMA lockkeeper_salvage TO salvage_owner; GRANT ALL ON ALL TABLES IN SCHEMA lockkeeper_salvage TO salvage_owner`);
    await sql('SET ROLE salvage_owner');
    await expect(putBack(database.client, 1, false)).rejects.toThrow(
      /affected by row-level security policy .* \(SQLSTATE 42501\)\. Nothing was done\.$/,
    );
    await sql('RESET ROLE');
    expect(await salvages(database.client)).toMatchObject([{ putBackAt: null }]);
    expect(await putBack(database.client, 1, false)).toMatchObject({ rows: 2 });
    await sql('DROP TABLE "people"; DROP OWNED BY salvage_owner; DROP ROLE salvage_owner');
  });

  it('replaces a newer value only when that is asked for', async () => {
    await kept();
    await sql(`${ADD}; UPDATE "people" SET "nick" = 'new' WHERE id = 1`);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(
      /^1 of 2 rows of public.people.nick have another value/,
    );
    expect(await putBack(database.client, 1, true)).toMatchObject({ rows: 2 });
    expect(await rows('SELECT nick FROM people WHERE id = 1')).toEqual([{ nick: 'ada' }]);
  });

  it('takes no number of a sequence that its default draws from', async () => {
    const add = `ALTER TABLE "people" ADD COLUMN "ticket" bigint DEFAULT nextval('tickets')`;
    await sql('CREATE SEQUENCE tickets');
    const own = await transaction(add);
    await sql('INSERT INTO "people" VALUES (5)');
    await undo('ALTER TABLE "people" DROP COLUMN "ticket"', [own]);
    await sql(add);
    const before = await rows('SELECT last_value FROM tickets');
    await expect(putBack(database.client, 1, false)).rejects.toThrow(/1 of 1 row of public.people.ticket have another/);
    expect(await putBack(database.client, 1, true)).toMatchObject({ rows: 1 });
    expect(await rows('SELECT last_value FROM tickets')).toEqual(before);
  });

  it('of a table without a key is kept with whole rows, for a person', async () => {
    await sql('ALTER TABLE "people" DROP CONSTRAINT "people_pkey"');
    await kept();
    await sql(ADD);
    await expect(putBack(database.client, 1, false)).rejects.toThrow(/without a primary key/);
    expect(await rows('SELECT * FROM lockkeeper_salvage.s1_people ORDER BY id')).toEqual([
      { id: 1, nick: 'ada' },
      { id: 2, nick: 'bob' },
    ]);
  });
});

it('rolls back with the drop', async () => {
  await sql('CREATE TABLE a (x int); INSERT INTO a VALUES (1)');
  await expect(undo('DROP TABLE a; SELECT 1 / 0')).rejects.toThrow('division by zero');
  await sql('ROLLBACK');
  expect(await rows('SELECT x FROM a')).toEqual([{ x: 1 }]);
  expect(await salvages(database.client)).toEqual([]);
});

it('keeps what is written until the drop has its lock', async () => {
  await sql('CREATE TABLE a (x int)');
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: database.url, options: '-c search_path=public' });
    await client.connect();
    return client;
  };
  const [writer, watcher] = [await connect(), await connect()];
  try {
    await writer.query('BEGIN; INSERT INTO a VALUES (1)');
    const undone = undo('DROP TABLE a');
    await until('the undo waits for its lock', async () => {
      const { rowCount } = await watcher.query(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'a'::regclass`);
      return rowCount === 1 ? true : null;
    });
    await writer.query('COMMIT');
    await undone;
    expect(await salvages(database.client)).toMatchObject([{ relation: 'public.a', rows: 1 }]);
  } finally {
    await writer.end();
    await watcher.end();
  }
});

it('is no part of the schema, and goes with its last entry', async () => {
  const schema = (): Promise<string> => createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? '').schemaText(database.url);
  const before = await schema();
  await sql('CREATE TABLE a (x int); INSERT INTO a VALUES (1)');
  await undo('DROP TABLE a');
  expect(await schema()).toBe(before);
  await forgetSalvage(database.client, 1);
  expect(await rows(`SELECT to_regnamespace('lockkeeper_salvage') AS there`)).toEqual([{ there: null }]);
  await expect(forgetSalvage(database.client, 1)).rejects.toThrow(/There is no salvage 1/);
});
