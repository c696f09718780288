/** A column that something needs: what the hazard says PostgreSQL refuses, it refuses, and what it is silent on goes through. */
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { findHazards, TableFacts } from '../../src/policy/hazards';
import { describeScript, scriptContext } from '../../src/policy/statements';
import { testDatabase, type TestDatabase } from '../support/database';

const BEFORE = `
  CREATE TABLE member (id int PRIMARY KEY, team int, login text, nick text);
  CREATE TABLE doc (id int PRIMARY KEY, team int, title text, price int, amount int, note text, seen int, rank int,
    total int GENERATED ALWAYS AS (price * amount) STORED);
  CREATE VIEW titles AS SELECT id, title FROM doc;
  CREATE POLICY own_team ON doc USING (EXISTS (SELECT FROM member AS m WHERE m.team = doc.team AND m.login = current_user));
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER noted BEFORE UPDATE OF note ON doc FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE TRIGGER looked BEFORE UPDATE ON doc FOR EACH ROW WHEN (OLD.seen IS DISTINCT FROM NEW.seen) EXECUTE FUNCTION touch();
  CREATE TYPE place AS (street text, zip int);
  CREATE TYPE size AS (width int);
  CREATE TABLE shop (id int, seat place, branches place[]);
  CREATE TABLE event (id int, at date, kind text) PARTITION BY RANGE (at);
  CREATE TABLE event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
`;

const REFUSED = [
  ['ALTER TABLE doc ALTER COLUMN title TYPE varchar(80)', 'view titles'],
  ['ALTER TABLE doc DROP COLUMN title', 'view titles'],
  ['ALTER TABLE doc ALTER COLUMN price TYPE bigint', 'generated column total'],
  ['ALTER TABLE doc DROP COLUMN amount', 'generated column total'],
  ['ALTER TABLE doc ALTER COLUMN team TYPE bigint', 'policy own_team'],
  ['ALTER TABLE doc DROP COLUMN team', 'policy own_team'],
  ['ALTER TABLE doc ALTER COLUMN note TYPE varchar(80)', 'trigger noted'],
  ['ALTER TABLE doc DROP COLUMN note', 'trigger noted'],
  ['ALTER TABLE doc ALTER COLUMN seen TYPE bigint', 'trigger looked'],
  ['ALTER TABLE doc RENAME seen TO viewed; ALTER TABLE doc ALTER COLUMN viewed TYPE bigint', 'trigger looked'],
  ['ALTER TABLE doc RENAME price TO cost; ALTER TABLE doc ALTER COLUMN cost TYPE bigint', 'generated column total'],
  ['ALTER TABLE doc RENAME TO paper; ALTER TABLE paper ALTER COLUMN team TYPE bigint', 'policy own_team'],
  ['ALTER POLICY own_team ON doc USING (rank > 0); ALTER TABLE doc DROP COLUMN rank', 'policy own_team'],
  ['CREATE POLICY w ON member WITH CHECK (nick <> id::text); ALTER TABLE member DROP COLUMN nick', 'policy w'],
  ['ALTER TABLE event ALTER COLUMN at TYPE timestamp', 'the partition key'],
  ['ALTER TABLE event DROP COLUMN at', 'the partition key'],
  ['ALTER TABLE event DROP COLUMN at CASCADE', 'the partition key'],
  ['ALTER TYPE place ALTER ATTRIBUTE zip TYPE text', 'column shop.seat, column shop.branches'],
] as const;

const ACCEPTED = [
  'ALTER TABLE doc DROP COLUMN total',
  'ALTER TABLE doc DROP COLUMN total, ALTER COLUMN price TYPE bigint',
  'ALTER TABLE doc ALTER COLUMN price TYPE bigint, DROP COLUMN total',
  'ALTER TABLE doc ALTER COLUMN total DROP EXPRESSION; ALTER TABLE doc ALTER COLUMN price TYPE bigint',
  'ALTER TABLE doc DROP COLUMN price CASCADE',
  'ALTER TABLE doc DROP COLUMN team CASCADE',
  'DROP POLICY own_team ON doc; ALTER TABLE doc ALTER COLUMN team TYPE bigint',
  'ALTER POLICY own_team ON doc USING (amount > 0); ALTER TABLE doc ALTER COLUMN team TYPE bigint',
  'DROP TRIGGER noted ON doc; ALTER TABLE doc DROP COLUMN note',
  'CREATE OR REPLACE TRIGGER noted BEFORE UPDATE OF id ON doc FOR EACH ROW EXECUTE FUNCTION touch(); ALTER TABLE doc DROP COLUMN note',
  'DROP FUNCTION touch() CASCADE; ALTER TABLE doc DROP COLUMN note, DROP COLUMN seen',
  'ALTER TRIGGER noted ON doc RENAME TO marked; DROP TRIGGER marked ON doc; ALTER TABLE doc DROP COLUMN note',
  'ALTER POLICY own_team ON doc RENAME TO teams; DROP POLICY teams ON doc; ALTER TABLE doc ALTER COLUMN team TYPE bigint',
  'DROP VIEW titles; ALTER TABLE doc ALTER COLUMN title TYPE varchar(80)',
  'DROP TABLE doc CASCADE; CREATE TABLE doc (team int); ALTER TABLE doc ALTER COLUMN team TYPE bigint',
  'ALTER TYPE place DROP ATTRIBUTE zip',
  'ALTER TYPE size ALTER ATTRIBUTE width TYPE bigint',
  'ALTER TABLE member ALTER COLUMN nick TYPE varchar(80)',
  'ALTER TABLE event ALTER COLUMN kind TYPE varchar(80)',
];

let database: TestDatabase;

beforeAll(async () => {
  await loadParser();
  database = await testDatabase();
  await database.client.query(BEFORE);
});

afterAll(() => database?.drop());

test.each(REFUSED)('%s: refused, for %s', async (sql, user) => {
  await expect(attempt(sql)).rejects.toThrow(/^cannot (alter|drop)/);
  const [found, ...others] = foretold(sql);
  expect(others).toEqual([]);
  expect(found?.message).toMatch(new RegExp(`^${user} needs? `));
});

test.each(ACCEPTED)('%s: accepted', async (sql) => {
  await attempt(sql);
  expect(foretold(sql)).toEqual([]);
});

async function attempt(sql: string): Promise<void> {
  await database.client.query('BEGIN');
  try {
    await database.client.query(sql);
  } finally {
    await database.client.query('ROLLBACK');
  }
}

function foretold(sql: string): { message: string }[] {
  const script = scriptContext(undefined, parseScript);
  script.schema.complete = true;
  describeScript(parseScript(BEFORE), script);
  const statements = parseScript(sql);
  const facts = describeScript(statements, scriptContext(script.schema, parseScript));
  const tables = new TableFacts({ tables: {}, offline: true });
  return findHazards(statements, facts, tables, { schema: script.schema, parse: parseScript, allowances: [] }).filter(
    ({ id }) => id === 'column-in-use',
  );
}
