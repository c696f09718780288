/** What a copy of the database cannot keep in: it is seen before it runs there, and with it what cannot run without it. */
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { leftOut, placesText, type LeftOut } from '../../src/policy/left-out';

beforeAll(loadParser);

function left(sql: string, roles: string[] = []): LeftOut[] {
  return leftOut([{ migration: 'm', statements: parseScript(sql) }], new Set(roles), parseScript);
}

const REACHING: [string, string][] = [
  ['CREATE ROLE app LOGIN', 'CREATE ROLE'],
  ["CREATE USER app PASSWORD 'x'", 'CREATE USER'],
  ['ALTER ROLE app CONNECTION LIMIT 5', 'ALTER ROLE'],
  ["ALTER ROLE app IN DATABASE shop SET statement_timeout = '1s'", 'ALTER ROLE'],
  ['ALTER GROUP readers ADD USER app', 'ALTER GROUP'],
  ['ALTER ROLE app RENAME TO web', 'ALTER ROLE RENAME'],
  ['DROP ROLE app', 'DROP ROLE'],
  ['GRANT readers TO app', 'GRANT of a role'],
  ['REVOKE readers FROM app', 'REVOKE of a role'],
  ['GRANT CONNECT ON DATABASE shop TO app', 'GRANT ON DATABASE'],
  ['REVOKE CREATE ON TABLESPACE fast FROM app', 'REVOKE ON TABLESPACE'],
  ['GRANT SET ON PARAMETER work_mem TO app', 'GRANT ON PARAMETER'],
  ["ALTER DATABASE shop SET statement_timeout = '1s'", 'ALTER DATABASE'],
  ['ALTER DATABASE shop CONNECTION LIMIT 5', 'ALTER DATABASE'],
  ['ALTER DATABASE shop OWNER TO app', 'ALTER DATABASE'],
  ['ALTER DATABASE shop RENAME TO store', 'ALTER DATABASE RENAME'],
  ['CREATE DATABASE other', 'CREATE DATABASE'],
  ['DROP DATABASE other', 'DROP DATABASE'],
  ["CREATE TABLESPACE fast LOCATION '/fast'", 'CREATE TABLESPACE'],
  ['ALTER TABLESPACE fast SET (random_page_cost = 1)', 'ALTER TABLESPACE'],
  ['DROP TABLESPACE fast', 'DROP TABLESPACE'],
  ["ALTER SYSTEM SET work_mem = '1GB'", 'ALTER SYSTEM'],
  ["COMMENT ON ROLE app IS 'x'", 'COMMENT ON ROLE'],
  ["COMMENT ON DATABASE shop IS 'x'", 'COMMENT ON DATABASE'],
  ["SECURITY LABEL FOR anon ON ROLE app IS 'MASKED'", 'SECURITY LABEL ON ROLE'],
  ['DROP OWNED BY app', 'DROP OWNED BY'],
  ['REASSIGN OWNED BY app TO web', 'REASSIGN'],
  ["CREATE SUBSCRIPTION s CONNECTION 'host=other' PUBLICATION p", 'CREATE SUBSCRIPTION'],
  ['ALTER SUBSCRIPTION s ENABLE', 'ALTER SUBSCRIPTION'],
  ['DROP SUBSCRIPTION s', 'DROP SUBSCRIPTION'],
  ['SELECT pg_terminate_backend(pid) FROM pg_stat_activity', 'pg_terminate_backend()'],
  ["SELECT pg_catalog.pg_create_logical_replication_slot('s', 'pgoutput')", 'pg_create_logical_replication_slot()'],
  ["SELECT dblink_exec('host=other', 'DELETE FROM t')", 'dblink_exec()'],
  ["INSERT INTO t SELECT * FROM dblink('host=other', 'SELECT 1') AS r (a int)", 'dblink()'],
  ["COPY t FROM PROGRAM 'curl example.org'", 'COPY with a program'],
  ["COPY t TO '/tmp/t.csv'", 'COPY to a file of the server'],
  ["UPDATE pg_database SET datallowconn = false WHERE datname = 'shop'", 'a write to pg_database'],
  [
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app LOGIN; END IF; END $$",
    'CREATE ROLE',
  ],
  ['DO $$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $$', 'CREATE ROLE'],
  ["DO $$ BEGIN EXECUTE 'ALTER ROLE app NOLOGIN'; END $$", 'ALTER ROLE'],
  [
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'UTC'); END $$",
    'ALTER DATABASE',
  ],
  ["DO $$ DECLARE r text; BEGIN EXECUTE 'create  role ' || quote_ident(r); END $$", 'CREATE ROLE'],
  ["DO $$ BEGIN EXECUTE format('GRANT %I TO %I', a, b) FROM s; END $$", 'GRANT'],
  ['DO $$ DECLARE ok boolean; BEGIN ok := pg_reload_conf(); END $$', 'pg_reload_conf()'],
];

test.each(REACHING)('%s', (sql, what) => {
  expect(left(`CREATE TABLE t (a int);\n${sql};`)).toMatchObject([{ statement: 1, line: 2, what }]);
});

test('also inside a function that is called, and not where it is only written', () => {
  const made = `CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE ROLE app; END $$;`;
  expect(left(made)).toEqual([]);
  expect(left(`${made}\nSELECT make();`)).toMatchObject([{ line: 2, what: 'CREATE ROLE' }]);
  expect(left(`${made}\nDO $$ BEGIN PERFORM make(); END $$;`)).toMatchObject([{ line: 2, what: 'CREATE ROLE' }]);
});

test.each([
  'CREATE TABLE "role" ("user" text)',
  'GRANT SELECT ON t TO app',
  'ALTER TABLE t OWNER TO app',
  'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app',
  'CREATE USER MAPPING FOR app SERVER s',
  "COMMENT ON TABLE t IS 'ALTER ROLE app'",
  "COPY t FROM '/tmp/t.csv'",
  'UPDATE my_database SET a = 1',
  'CREATE VIEW v AS SELECT pg_reload_conf()',
  "DO $$ BEGIN EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', s, r); END $$",
  'DO $$ BEGIN EXECUTE something; END $$',
])('of the database itself: %s', (sql) => {
  expect(left(sql)).toEqual([]);
});

const ROLE = `CREATE ROLE app;
GRANT SELECT ON t TO app;
ALTER TABLE t OWNER TO app;
CREATE POLICY p ON t TO app USING (true);
SET ROLE app;
RESET ROLE;
DO $$ BEGIN GRANT INSERT ON t TO app; END $$;
GRANT SELECT ON t TO PUBLIC;
CREATE SCHEMA s AUTHORIZATION app;`;

test('what names a role that is not there goes with its making', () => {
  expect(left(ROLE).map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 7, 9]);
  expect(left(ROLE)[1]).toMatchObject({
    what: 'GRANT that names role app',
    reason: 'GRANT names role app, which is made or granted by what is not rehearsed',
  });
  expect(left(ROLE, ['app']).map(({ line }) => line)).toEqual([1]);
});

test('a role whose password is put in as it runs is known by its name', () => {
  const made = `DO $$ BEGIN EXECUTE format('CREATE ROLE app PASSWORD %L', current_setting('app.password')); END $$;`;
  expect(left(`${made}\nGRANT SELECT ON t TO app;`).map(({ line }) => line)).toEqual([1, 2]);
});

test('it is told which may leave a copy with other tables', () => {
  const changes = (sql: string): boolean[] => left(sql).map(({ changesSchema }) => changesSchema);
  expect(changes(ROLE)).toEqual([false, false, false, false, false, false, true]);
  expect(changes('DROP OWNED BY app')).toEqual([true]);
  expect(changes('DO $$ BEGIN CREATE ROLE app; END $$')).toEqual([false]);
  expect(changes('DO $$ BEGIN CREATE ROLE app; CREATE TABLE t (a int); END $$')).toEqual([true]);
  expect(changes("DO $$ BEGIN CREATE ROLE app; EXECUTE 'CREATE ' || x; END $$")).toEqual([true]);
});

test('in words', () => {
  const two = leftOut(
    ['1_a', '2_b'].map((migration) => ({
      migration,
      statements: parseScript('CREATE ROLE app;\nGRANT SELECT ON t TO app;\nALTER SYSTEM RESET ALL;'),
    })),
    new Set(),
    parseScript,
  );
  expect(placesText(two)).toBe(
    '1_a, line 1 (CREATE ROLE), line 2 (GRANT that names role app), line 3 (ALTER SYSTEM); 2_b, line 1 (CREATE ROLE), line 2 (GRANT that names role app) and 1 more',
  );
});
