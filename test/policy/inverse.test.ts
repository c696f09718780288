/** Every form of DDL of the zoo, undone by its inverse on a real database: `pg_dump --schema-only` is as before, or the reason is named. */
import { InverseRecorder } from '../../src/adapters/inverse-recorder';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { keepingSequences } from '../../src/adapters/ledger/sequences';
import { createPgTools } from '../../src/adapters/pg-tools';
import { withoutOrder } from '../../src/adapters/schema-fingerprint';
import { loadParser, parseScript, type ParsedStatement } from '../../src/adapters/sql-parser';
import type { Inverse } from '../../src/policy/inverse';
import { AS_WRITTEN, segmentsOf, type Segment } from '../../src/policy/segments';
import { canRunInTransaction } from '../../src/policy/statements';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { NAMED, ONLY_THE_PROOF_TELLS, REORDERED } from './inverse-named';
import { BASE, ZOO } from './zoo';
import { dirname } from 'node:path';

const GROUP = 30;
let template: TestDatabase;
let tools: ReturnType<typeof createPgTools>;
let original: string;
let zoo: ParsedStatement[];

beforeAll(async () => {
  await loadParser();
  tools = createPgTools(dirname(pgBin('pg_dump')));
  template = await testDatabase();
  await template.client.query(BASE);
  await ensureLedger(template.client);
  zoo = ZOO.flatMap(parseScript);
  await template.client.end();
  original = await tools.schemaText(template.url);
}, 60_000);

afterAll(() => template?.drop());

/** As Prisma's sessions are: the ledger's schema is called like the role of these tests, and "$user" would lead there. */
async function copied(): Promise<TestDatabase> {
  const database = await testDatabase(template.name);
  await database.client.query('SET search_path = public');
  return database;
}

test('what cannot be undone exactly is named, with the reason', async () => {
  const database = await copied();
  try {
    const named: Record<string, string[]> = {};
    for (const statement of zoo) {
      const { impossible, unknown, unprovable } = await tryOut(database, statement, 'ROLLBACK');
      const reasons = [...impossible, ...unknown, ...unprovable];
      if (reasons.length > 0) named[statement.text] = reasons;
    }
    expect(named).toEqual(NAMED);
  } finally {
    await database.drop();
  }
}, 300_000);

test('what comes back in another place is named, and is all the same but for that', async () => {
  const database = await copied();
  try {
    const named: Record<string, string[]> = {};
    for (const statement of zoo) {
      const { reordered } = await tryOut(database, statement, 'ROLLBACK');
      if (reordered.length > 0) named[statement.text] = reordered;
    }
    expect(named).toEqual(REORDERED);
  } finally {
    await database.drop();
  }
  for (const statement of zoo.filter(({ text }) => text in REORDERED && !ONLY_THE_PROOF_TELLS.includes(text)))
    expect(await spoiling([statement], withoutOrder)).toEqual([]);
}, 300_000);

test('everything else brings the schema back exactly', async () => {
  const exact = zoo.filter(
    ({ text }) => !(text in NAMED) && !(text in REORDERED) && !ONLY_THE_PROOF_TELLS.includes(text),
  );
  expect(exact.length).toBeGreaterThan(300);
  const wrong: string[] = [];
  for (let at = 0; at < exact.length; at += GROUP) wrong.push(...(await spoiling(exact.slice(at, at + GROUP))));
  expect(wrong).toEqual([]);
}, 600_000);

const MADE = `CREATE TABLE fresh (id integer PRIMARY KEY, code text, parent_id integer, CONSTRAINT code_there CHECK (code <> ''));
  CREATE UNIQUE INDEX fresh_code ON fresh (code);
  CREATE INDEX fresh_lower ON fresh (lower(code));
  ALTER TABLE fresh ADD CONSTRAINT fresh_unique UNIQUE (code, parent_id);
  ALTER TABLE fresh ADD CONSTRAINT fresh_parent FOREIGN KEY (parent_id) REFERENCES parent (id);
  CREATE TRIGGER fresh_watch BEFORE UPDATE ON fresh FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`;

test.each([
  'DROP INDEX fresh_code; DROP INDEX fresh_lower',
  'ALTER TABLE fresh DROP CONSTRAINT fresh_parent; ALTER TABLE fresh DROP CONSTRAINT fresh_unique',
  'ALTER TABLE fresh DROP CONSTRAINT fresh_pkey; ALTER TABLE fresh DROP CONSTRAINT code_there',
  'DROP INDEX fresh_code; ALTER TABLE fresh DROP COLUMN code CASCADE',
  'ALTER TABLE fresh DROP CONSTRAINT fresh_parent; DROP TABLE fresh',
  'ALTER INDEX fresh_code RENAME TO fresh_name; ALTER TABLE fresh RENAME TO stale; DROP INDEX fresh_name',
  'ALTER TABLE fresh RENAME CONSTRAINT fresh_parent TO fresh_elder; ALTER TABLE fresh DROP CONSTRAINT fresh_elder',
  'DROP TRIGGER fresh_watch ON fresh; DROP TABLE fresh',
  "CREATE TYPE kind AS ENUM ('A', 'B'); ALTER TABLE fresh ADD COLUMN kind kind; CREATE TYPE kind_new AS ENUM ('A'); ALTER TABLE fresh ALTER COLUMN kind TYPE kind_new USING kind::text::kind_new; ALTER TYPE kind RENAME TO kind_old; ALTER TYPE kind_new RENAME TO kind; DROP TYPE kind_old",
  "CREATE TYPE kind AS ENUM ('A'); ALTER TABLE fresh ADD COLUMN kind kind[] DEFAULT '{A}'; CREATE TYPE kind_new AS ENUM ('A'); ALTER TABLE fresh ALTER COLUMN kind DROP DEFAULT, ALTER COLUMN kind TYPE kind_new[] USING kind::text[]::kind_new[], ALTER COLUMN kind SET DEFAULT '{A}'; ALTER TABLE fresh RENAME COLUMN kind TO sort; DROP TYPE kind",
  "CREATE TYPE kind AS ENUM ('A'); DROP INDEX fresh_lower; ALTER TABLE fresh DROP CONSTRAINT code_there; ALTER TABLE fresh ALTER COLUMN code TYPE kind USING 'A'; ALTER TABLE fresh ALTER COLUMN code SET DEFAULT 'A'",
  'CREATE EXTENSION ltree; DROP INDEX fresh_lower; ALTER TABLE fresh DROP CONSTRAINT code_there; ALTER TABLE fresh ALTER COLUMN code TYPE ltree USING code::ltree; ALTER TABLE fresh ALTER COLUMN code SET NOT NULL',
  'ALTER TABLE child ADD COLUMN fresh_id integer REFERENCES fresh (id); ALTER TABLE child DROP CONSTRAINT child_fresh_id_fkey; ALTER TABLE fresh DROP CONSTRAINT fresh_pkey, ADD CONSTRAINT fresh_pkey PRIMARY KEY (id); ALTER TABLE child ADD FOREIGN KEY (fresh_id) REFERENCES fresh (id)',
  'ALTER TABLE fresh RENAME COLUMN code TO label; ALTER TABLE fresh DROP COLUMN label',
  'ALTER TABLE fresh ADD COLUMN more text; ALTER TABLE fresh RENAME TO stale; DROP TABLE stale',
  'ALTER TABLE fresh ADD COLUMN number serial; DROP INDEX fresh_lower',
  'CREATE EXTENSION pg_trgm; CREATE INDEX fresh_near ON fresh USING gin (code gin_trgm_ops)',
  'ALTER TRIGGER fresh_watch ON fresh RENAME TO fresh_eye; DROP TRIGGER fresh_eye ON fresh',
  'CREATE TABLE elder (id integer PRIMARY KEY); ALTER TABLE fresh ADD CONSTRAINT younger FOREIGN KEY (parent_id) REFERENCES elder (id); ALTER TABLE fresh RENAME CONSTRAINT younger TO elders_child; ALTER TABLE fresh RENAME TO stale',
  'CREATE VIEW sight AS SELECT id FROM fresh; CREATE TABLE younger (id integer, note text); CREATE OR REPLACE VIEW sight AS SELECT id, note FROM fresh JOIN younger USING (id)',
  "CREATE VIEW sight AS SELECT id FROM fresh; ALTER VIEW sight RENAME TO view_of_it; COMMENT ON VIEW view_of_it IS 'x'; CREATE VIEW over_it AS SELECT id FROM view_of_it; CREATE TYPE kind AS ENUM ('A'); CREATE OR REPLACE VIEW view_of_it AS SELECT id, 'A'::kind AS kind FROM fresh",
  'CREATE VIEW sight AS SELECT id FROM fresh; CREATE TABLE younger (id integer); CREATE OR REPLACE VIEW sight AS SELECT id FROM younger; DROP VIEW sight; CREATE TABLE sight (id integer)',
])('what later migrations of a step take from a table that it made is not brought back: %s', async (later) => {
  const database = await copied();
  const recorder = new InverseRecorder();
  try {
    const { client } = database;
    const { sql } = await inverseOf(recorder, client, parseScript(`${MADE}; ${later}`));
    await undo(database, sql);
    expect(difference(original, await tools.schemaText(database.url))).toBe('');
  } finally {
    await database.drop();
  }
});

test('indexes come back where they lay, and as full as they were', async () => {
  const database = await testDatabase();
  const { client, url } = database;
  const space = `space_${database.name}`;
  try {
    await client.query('SET allow_in_place_tablespaces = on');
    await client.query(`CREATE TABLESPACE ${space} LOCATION ''`);
    await client.query(
      `CREATE TABLE placed (id integer CONSTRAINT placed_key PRIMARY KEY WITH (fillfactor = 70) USING INDEX TABLESPACE ${space}, name text UNIQUE WITH (fillfactor = 60));
       CREATE INDEX placed_name ON placed (name) WITH (fillfactor = 50) TABLESPACE ${space} WHERE name <> ' WHERE ';
       CREATE INDEX placed_lower ON placed (lower(name));
       CREATE MATERIALIZED VIEW sight TABLESPACE ${space} AS SELECT id FROM placed;
       CREATE UNIQUE INDEX sight_id ON sight (id) TABLESPACE ${space}`,
    );
    const before = await tools.schemaText(url);
    const wrong: string[] = [];
    for (const migration of [
      'DROP INDEX placed_name',
      `ALTER INDEX placed_lower SET TABLESPACE ${space}`,
      'ALTER INDEX placed_name SET TABLESPACE pg_default',
      'ALTER TABLE placed DROP CONSTRAINT placed_key',
      'ALTER TABLE placed DROP CONSTRAINT placed_name_key',
      'ALTER INDEX sight_id SET TABLESPACE pg_default',
      'DROP MATERIALIZED VIEW sight',
      'DROP TABLE placed CASCADE',
    ]) {
      const { sql } = await inverseOf(new InverseRecorder(), client, parseScript(migration));
      const between = await tools.schemaText(url);
      await undo(database, sql);
      const after = await tools.schemaText(url);
      if (between === before || after !== before) wrong.push(`${migration}\n${difference(before, after)}`);
    }
    expect(wrong).toEqual([]);
  } finally {
    await client.query('DROP TABLE IF EXISTS placed CASCADE');
    await client.query(`DROP TABLESPACE IF EXISTS ${space}`);
    await database.drop();
  }
});

test.each([
  [
    'statistics in another schema than their table',
    `CREATE SCHEMA apart; CREATE STATISTICS apart.st (ndistinct) ON id, val FROM lone; COMMENT ON STATISTICS apart.st IS 'k'; ALTER STATISTICS apart.st SET STATISTICS 7`,
    [
      'DROP STATISTICS apart.st',
      'ALTER STATISTICS apart.st SET SCHEMA app',
      'ALTER STATISTICS apart.st RENAME TO other',
    ],
  ],
  [
    'what an owner may not do any more',
    'CREATE TABLE audit (id integer); REVOKE UPDATE, DELETE ON audit FROM CURRENT_USER; CREATE TABLE closed (id integer); REVOKE ALL ON closed FROM CURRENT_USER',
    ['DROP TABLE audit', 'DROP TABLE closed'],
  ],
])('%s comes back', async (_, setup, changes) => {
  const database = await copied();
  try {
    const { client } = database;
    await client.query(setup);
    const before = await tools.schemaText(database.url);
    for (const change of changes) {
      const { sql } = await inverseOf(new InverseRecorder(), client, parseScript(change));
      await undo(database, sql);
      expect(difference(before, await tools.schemaText(database.url))).toBe('');
    }
  } finally {
    await database.drop();
  }
});

describe('no number is given out twice', () => {
  const CASES: { name: string; setup: string; migrate: string; others?: string; next: string; is: string }[] = [
    {
      name: "Prisma's way to end autoincrement",
      setup: `CREATE TABLE "User" (id serial PRIMARY KEY, n text); INSERT INTO "User" (n) VALUES ('a'), ('b'), ('c'); DELETE FROM "User" WHERE id = 3`,
      migrate: `ALTER TABLE "User" ALTER COLUMN "id" DROP DEFAULT; DROP SEQUENCE "User_id_seq"`,
      next: `INSERT INTO "User" (n) VALUES ('d') RETURNING id`,
      is: '4',
    },
    {
      name: 'and rows that came with numbers of their own since',
      setup: `CREATE TABLE "User" (id serial PRIMARY KEY, n text); INSERT INTO "User" (n) VALUES ('a')`,
      migrate: `DROP SEQUENCE "User_id_seq" CASCADE`,
      others: `INSERT INTO "User" VALUES (41, 'b')`,
      next: `INSERT INTO "User" (n) VALUES ('d') RETURNING id`,
      is: '42',
    },
    {
      name: 'a sequence that no column owns',
      setup: `CREATE SEQUENCE invoice_no START 100; CREATE TABLE i (id bigint PRIMARY KEY DEFAULT nextval('invoice_no')); SELECT nextval('invoice_no') FROM generate_series(1, 500)`,
      migrate: 'ALTER TABLE i ALTER id DROP DEFAULT; DROP SEQUENCE invoice_no',
      others: 'INSERT INTO i SELECT generate_series(601, 640)',
      next: `INSERT INTO i DEFAULT VALUES RETURNING id`,
      is: '641',
    },
    {
      name: 'one that was never asked',
      setup: 'CREATE SEQUENCE fresh_no START 7',
      migrate: 'DROP SEQUENCE fresh_no',
      next: `SELECT nextval('fresh_no') AS id`,
      is: '7',
    },
    {
      name: 'one that counts down',
      setup: `CREATE SEQUENCE down_no INCREMENT -1; CREATE TABLE d (id int DEFAULT nextval('down_no')); INSERT INTO d DEFAULT VALUES; INSERT INTO d DEFAULT VALUES`,
      migrate: 'DROP SEQUENCE down_no CASCADE',
      others: 'INSERT INTO d VALUES (-9)',
      next: `SELECT nextval('down_no') AS id`,
      is: '-10',
    },
    {
      name: 'an identity',
      setup: `CREATE TABLE "Odd" ("Id" int GENERATED ALWAYS AS IDENTITY, n text); INSERT INTO "Odd" (n) VALUES ('a'), ('b'), ('c'); DELETE FROM "Odd" WHERE "Id" = 3`,
      migrate: 'ALTER TABLE "Odd" ALTER "Id" DROP IDENTITY',
      next: `INSERT INTO "Odd" (n) VALUES ('d') RETURNING "Id" AS id`,
      is: '4',
    },
  ];

  test.each(CASES)('$name', async ({ setup, migrate, others, next, is }) => {
    const database = await copied();
    try {
      const { client } = database;
      await client.query(setup);
      const before = await tools.schemaText(database.url);
      await client.query('BEGIN');
      const { sql, impossible } = await inverseOf(new InverseRecorder(), client, parseScript(migrate));
      await client.query('COMMIT');
      expect(impossible).toEqual([]);
      if (others) await client.query(others);
      await undo(database, sql);
      expect(difference(before, await tools.schemaText(database.url))).toBe('');
      expect(String((await client.query<{ id: unknown }>(next)).rows[0]?.id)).toBe(is);
    } finally {
      await database.drop();
    }
  });

  test('a sequence that a block drops has no way back', async () => {
    const database = await copied();
    try {
      const { client } = database;
      const { impossible } = await inverseOf(
        new InverseRecorder(),
        client,
        parseScript('DO $$ BEGIN DROP SEQUENCE counter; END $$'),
      );
      expect(impossible).toEqual([
        'line 1: nobody knows how far sequence "public"."counter" had come, and it would give out numbers for a second time',
      ]);
    } finally {
      await database.drop();
    }
  });

  test('what was not kept is not taken for nothing, but on a copy of a schema', async () => {
    const database = await copied();
    try {
      const resume = `SELECT lockkeeper.resume_sequence('counter')`;
      await expect(database.client.query(resume)).rejects.toThrow('nobody knows how far sequence counter had come');
      await database.client.query(`SET lockkeeper.copy = 'on'`);
      await database.client.query(resume);
    } finally {
      await database.drop();
    }
  });
});

/** Runs and undoes the statements one after the other; those that leave something behind are found by halves. */
async function spoiling(statements: ParsedStatement[], as = (schema: string) => schema): Promise<string[]> {
  const database = await copied();
  let failure = '';
  try {
    for (const statement of statements) {
      const { sql } = await tryOut(database, statement, 'COMMIT');
      await undo(database, sql);
    }
    const after = as(await tools.schemaText(database.url));
    if (after === as(original)) return [];
    failure = difference(as(original), after);
  } catch (error) {
    failure = String(error);
  } finally {
    await database.drop();
  }
  const [first] = statements;
  if (statements.length === 1 && first) return [`${first.text}\n${failure}`];
  const half = Math.ceil(statements.length / 2);
  return [...(await spoiling(statements.slice(0, half))), ...(await spoiling(statements.slice(half)))];
}

async function tryOut({ client }: TestDatabase, statement: ParsedStatement, end: 'COMMIT' | 'ROLLBACK') {
  const bracket = canRunInTransaction(statement);
  if (bracket) await client.query('BEGIN');
  try {
    const inverse = await inverseOf(new InverseRecorder(), client, [statement]);
    if (bracket) await client.query(end);
    return inverse;
  } catch (error) {
    if (bracket) await client.query('ROLLBACK');
    throw error;
  }
}

/** Runs the statements, and resolves to the inverse of all of them. */
async function inverseOf(
  recorder: InverseRecorder,
  client: TestDatabase['client'],
  statements: ParsedStatement[],
): Promise<Inverse> {
  const around = recorder.of('a migration', client);
  const [segment] = segmentsOf(statements, AS_WRITTEN) as [Segment];
  for (const statement of statements) {
    for (const keeping of keepingSequences(client, statement, null)) await client.query(keeping);
    await around(segment, statement, () => client.query(statement.text));
  }
  return recorder.whole();
}

async function undo({ client }: TestDatabase, sql: string[]): Promise<void> {
  await client.query(['BEGIN', ...sql, 'COMMIT'].join(';\n'));
}

function difference(was: string, is: string): string {
  const [before, after] = [was.split('\n'), is.split('\n')];
  const missing = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  return [...missing, ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`)].join('\n');
}
