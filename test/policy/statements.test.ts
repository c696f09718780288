import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import type { ParsedStatement } from '../../src/adapters/sql-parser';
import {
  canRunInTransaction,
  describeScript,
  enumValueAdded,
  setsSession,
  totals,
  transactionControl,
  usesLiteral,
} from '../../src/policy/statements';

beforeAll(loadParser);

function only(sql: string): ParsedStatement {
  const [statement] = parseScript(sql);
  if (!statement) throw new Error('no statement');
  return statement;
}

test.each([
  'CREATE INDEX CONCURRENTLY i ON t (a)',
  'DROP INDEX CONCURRENTLY i',
  'REINDEX TABLE CONCURRENTLY t',
  'REINDEX (CONCURRENTLY) INDEX i',
  'REINDEX SCHEMA s',
  'REINDEX DATABASE d',
  'VACUUM',
  'VACUUM FULL t',
  'CLUSTER',
  'CREATE DATABASE d',
  'DROP DATABASE d',
  "CREATE TABLESPACE s LOCATION '/x'",
  'DROP TABLESPACE s',
  'ALTER SYSTEM SET a = 1',
  'ALTER DATABASE d SET TABLESPACE s',
  "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p",
  'DROP SUBSCRIPTION s',
  'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
])('cannot run in a transaction: %s', (sql) => expect(canRunInTransaction(only(sql))).toBe(false));

test.each([
  'CREATE INDEX i ON t (a)',
  'REINDEX (CONCURRENTLY false) TABLE t',
  'ANALYZE t',
  'CLUSTER t USING i',
  "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (create_slot = false)",
  "ALTER TYPE t ADD VALUE 'x'",
  'ALTER TABLE t DETACH PARTITION p',
])('can run in a transaction: %s', (sql) => expect(canRunInTransaction(only(sql))).toBe(true));

test.each([
  ['BEGIN', 'begin'],
  ['START TRANSACTION', 'begin'],
  ['COMMIT', 'commit'],
  ['END', 'commit'],
  ['ROLLBACK', 'rollback'],
  ['ABORT', 'rollback'],
  ['SAVEPOINT a', null],
  ['ROLLBACK TO a', null],
  ['SELECT 1', null],
])('%s controls the transaction: %s', (sql, control) => expect(transactionControl(only(sql))).toBe(control));

test('an enum value that is added, and where it is used', () => {
  expect(enumValueAdded(only(`ALTER TYPE app."Role" ADD VALUE IF NOT EXISTS 'it''s'`))).toEqual({
    type: 'app.Role',
    value: "it's",
  });
  expect(enumValueAdded(only(`ALTER TYPE "Role" RENAME VALUE 'a' TO 'b'`))).toBeNull();
  expect(usesLiteral(only(`UPDATE t SET role = 'OWNER'`), 'OWNER')).toBe(true);
  expect(usesLiteral(only(`ALTER TABLE t ALTER COLUMN role SET DEFAULT 'OWNER'`), 'OWNER')).toBe(true);
  expect(usesLiteral(only(`DO $$ BEGIN UPDATE t SET role = 'OWNER'; END $$`), 'OWNER')).toBe(true);
  expect(usesLiteral(only(`UPDATE t SET "OWNER" = 'x'`), 'OWNER')).toBe(false);
});

test.each([
  ['SET search_path = a', true],
  ['RESET ALL', true],
  ["SELECT set_config('a.b', 'c', false)", true],
  ['SET LOCAL search_path = a', false],
  ['SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', false],
  ["SELECT set_config('a.b', 'c', true)", false],
  ['SELECT 1', false],
])('%s reaches the session: %s', (sql, expected) => expect(setsSession(only(sql))).toBe(expected));

test.each([
  ['create  unique index concurrently i on t (a)', 'CREATE UNIQUE INDEX CONCURRENTLY'],
  ['ALTER TABLE t ADD COLUMN a text, ADD COLUMN b text, ALTER a SET NOT NULL', 'ALTER TABLE ADD COLUMN, SET NOT NULL'],
  ['ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u', 'ALTER TABLE ADD FOREIGN KEY'],
  ['ALTER TABLE t RENAME COLUMN a TO b', 'ALTER TABLE RENAME COLUMN'],
  ["ALTER TYPE t ADD VALUE 'x'", 'ALTER TYPE ADD VALUE'],
  ['CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$', 'CREATE FUNCTION'],
  ['DROP TABLE IF EXISTS t', 'DROP TABLE'],
  ['/* why */ UPDATE t SET a = 1', 'UPDATE'],
  ['COMMENT ON COLUMN t.a IS NULL', 'COMMENT ON'],
])('kind of %s', (sql, kind) => expect(describeScript(parseScript(sql))[0]?.kind).toBe(kind));

test('totals count what a script creates', () => {
  const facts = describeScript(
    parseScript(`
      CREATE TYPE "Role" AS ENUM ('A');
      CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "email" TEXT UNIQUE, "role" "Role");
      CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "userId" INTEGER REFERENCES "User");
      ALTER TABLE "Post" ADD COLUMN "editorId" INTEGER, ADD FOREIGN KEY ("editorId") REFERENCES "User";
      CREATE INDEX ON "Post" ("userId");
    `),
  );
  expect(totals(facts)).toEqual({ tables: 2, columns: 6, indexes: 2, enums: 1, foreignKeys: 2 });
});

test('contested locks leave out what the script created itself', () => {
  const facts = describeScript(
    parseScript('CREATE TABLE a (id int); ALTER TABLE a ADD FOREIGN KEY (id) REFERENCES b (id)'),
  );
  expect(facts.map(({ contested }) => contested)).toEqual([[], [{ relation: 'b', mode: 'ShareRowExclusiveLock' }]]);
});

test.each([
  ['DROP TABLE t', true],
  ['ALTER TABLE t DROP COLUMN a', true],
  ['TRUNCATE t', true],
  ['DELETE FROM t WHERE a = 1', true],
  ['CREATE TABLE t (a numeric(10, 4)); ALTER TABLE t ALTER COLUMN a TYPE numeric(10, 2)', true],
  ['CREATE TABLE t (a int); ALTER TABLE t ALTER COLUMN a TYPE bigint', false],
  ['DROP INDEX i', false],
])('%s loses data: %s', (sql, expected) => expect(describeScript(parseScript(sql)).at(-1)?.dropsData).toBe(expected));

test('circles end: what inherits from itself, keys that point at each other, views that took the names of their tables', () => {
  const facts = describeScript(
    parseScript(`
      CREATE TABLE a (id int PRIMARY KEY, b_id int);
      CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);
      ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;
      ALTER TABLE a INHERIT b;
      ALTER TABLE b INHERIT a;
      CREATE VIEW v AS SELECT id FROM a;
      TRUNCATE a CASCADE;
      ALTER TABLE b NO INHERIT a;
      ALTER TABLE a RENAME TO a_rows;
      ALTER VIEW v RENAME TO a;
      UPDATE a SET id = 1;
    `),
  );
  const locked = (place: number): string[] => (facts.at(place)?.locks ?? []).map(({ relation }) => relation);
  expect(locked(-5)).toEqual(['a', 'b']);
  expect(locked(-1)).toEqual(['a', 'a_rows']);
});
