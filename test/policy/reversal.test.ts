import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { placesFilled, takingsOf, targetsDestroyed, type Target } from '../../src/policy/reversal';

beforeAll(loadParser);

const table = (relation: string) => ({ relation, column: null });
const column = (relation: string, name: string) => ({ relation, column: name });
const rows = (relation: string) => ({ ...table(relation), partly: true });
const values = (relation: string, name: string) => ({ ...column(relation, name), partly: true });
const byKeys = (name: string, reach: string) => ({ reach, kind: 'relation', name });

const taken = (sql: string) => takingsOf(parseScript(sql), 'public', parseScript);
/** Each time that it is taken, under the name from before the script. */
const before = (sql: string): Target[] => taken(sql).takings.map((taking) => taking.before);

describe('a reversal takes', () => {
  test.each<[string, string, unknown[]]>([
    [
      'nothing',
      'ALTER TABLE t ADD COLUMN a int; DROP INDEX i; DROP TYPE role; DROP VIEW v; ALTER TABLE t DROP CONSTRAINT c; DROP SCHEMA s; ALTER FOREIGN TABLE f DROP COLUMN a',
      [],
    ],
    ['a table', 'DROP TABLE orders', [table('"public"."orders"')]],
    [
      'tables of one statement',
      'DROP TABLE IF EXISTS a, s.b CASCADE',
      [
        { ...table('"public"."a"'), optional: true },
        { ...table('"s"."b"'), optional: true },
      ],
    ],
    [
      'columns',
      'ALTER TABLE ONLY public.t DROP COLUMN a, ADD COLUMN b int, DROP COLUMN IF EXISTS c',
      [column('"public"."t"', 'a'), { ...column('"public"."t"', 'c'), optional: true }],
    ],
    [
      'names that need quotes',
      'DROP TABLE "Order Items"; ALTER TABLE "a""b" DROP COLUMN "C"',
      [table('"public"."Order Items"'), column('"public"."a""b"', 'C')],
    ],
    [
      'a name with a dot, which is one name',
      'DROP TABLE "a.b"; ALTER TABLE a.b DROP COLUMN c',
      [table('"public"."a.b"'), column('"a"."b"', 'c')],
    ],
    [
      'values of another type',
      'ALTER TABLE t ALTER "type" SET DATA TYPE varchar(3) COLLATE "C" USING left("type", 3), ALTER COLUMN b TYPE numeric(10,2), ALTER c TYPE text USING $$ USING $$ || c',
      [
        { ...column('"public"."t"', 'type'), becomes: 'CAST((left("type", 3)) AS varchar(3))' },
        { ...column('"public"."t"', 'b'), becomes: 'CAST((b) AS numeric(10,2))' },
        { ...column('"public"."t"', 'c'), becomes: 'CAST(($$ USING $$ || c) AS text)' },
      ],
    ],
    [
      'what goes with a schema, a type, an extension, a part of a type',
      'DROP SCHEMA s CASCADE; DROP TYPE IF EXISTS mood CASCADE; DROP DOMAIN x.d CASCADE; DROP EXTENSION citext; ALTER TYPE addr DROP ATTRIBUTE zip',
      [
        { reach: 'dropped', kind: 'schema', name: '"s"' },
        { reach: 'dropped', kind: 'type', name: '"public"."mood"', optional: true },
        { reach: 'dropped', kind: 'type', name: '"x"."d"' },
        { reach: 'dropped', kind: 'extension', name: '"citext"' },
        { reach: 'narrowed', kind: 'type', name: '"public"."addr"' },
      ],
    ],
    [
      'what it names in its search path',
      'SET search_path = s, public; DROP TABLE a; RESET search_path; DROP TABLE b',
      [table('"s"."a"'), table('"public"."b"')],
    ],
  ])('%s', (_, sql, wanted) => expect(before(sql)).toEqual(wanted));

  test.each([
    ['a role', 'DROP OWNED BY app', 'whatever DROP OWNED reaches'],
    ['a collation', 'DROP COLLATION ci CASCADE', 'whatever a DROP ... CASCADE reaches'],
    [
      'a block',
      "DO $$ BEGIN EXECUTE 'DROP TABLE ' || t; END $$",
      'whatever a DO block reaches by SQL that it makes itself',
    ],
    ['another language', "DO LANGUAGE plpython3u 'x'", 'whatever a DO block reaches by SQL that it makes itself'],
  ])('what nobody can name: %s', (_, sql, wanted) => expect(taken(sql).unseen).toEqual([wanted]));

  test('and calls what nobody has read', () =>
    expect(
      taken(
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'; SELECT f(), app.purge(); CALL sweep(); DO $$ BEGIN PERFORM deep(); END $$",
      ),
    ).toMatchObject({ calls: ['app.purge', 'sweep', 'deep'] }));

  test('each under its name when its statement comes', () => {
    const { takings } = taken(
      'ALTER TABLE a RENAME TO b; ALTER TABLE b DROP COLUMN c; DO $$ BEGIN ALTER TABLE b RENAME TO d; DROP TABLE d; END $$',
    );
    expect(takings).toEqual([
      { statement: 1, then: column('"public"."b"', 'c'), before: column('"public"."a"', 'c') },
      { statement: 2, then: table('"public"."b"'), before: table('"public"."a"') },
    ]);
  });
});

describe('what a migration destroys', () => {
  test.each<[string, string, unknown[]]>([
    ['nothing by adding', 'CREATE TABLE t (a int); ALTER TABLE u ADD COLUMN b int; INSERT INTO u VALUES (1)', []],
    [
      'what it drops',
      'DROP TABLE a; ALTER TABLE t DROP COLUMN b',
      [table('"public"."a"'), column('"public"."t"', 'b')],
    ],
    [
      'each once',
      'ALTER TABLE t DROP COLUMN a; UPDATE v SET a = 1; UPDATE v SET a = 2; DROP TABLE u',
      [column('"public"."t"', 'a'), values('"public"."v"', 'a'), table('"public"."u"')],
    ],
    [
      'a table with its columns',
      'UPDATE t SET a = 1; ALTER TABLE t DROP COLUMN b; DROP TABLE t',
      [table('"public"."t"')],
    ],
    [
      'what it drops and makes anew',
      'ALTER TABLE "User" DROP COLUMN role, ADD COLUMN role int; ALTER TABLE "User" DROP COLUMN age; ALTER TABLE "User" ADD COLUMN age int; DROP TABLE "Log"; CREATE TABLE "Log" (id int); DELETE FROM "Log"',
      [column('"public"."User"', 'role'), column('"public"."User"', 'age'), table('"public"."Log"')],
    ],
    [
      'what it copies, drops and puts the copy in its place',
      'CREATE TABLE o2 AS SELECT * FROM orders; DROP TABLE orders; ALTER TABLE o2 RENAME TO orders; DELETE FROM orders',
      [table('"public"."orders"')],
    ],
    [
      'what bears another name by now',
      'ALTER TABLE orders RENAME TO purchases; ALTER TABLE purchases RENAME note TO remark; UPDATE purchases SET remark = NULL; ALTER TABLE t SET SCHEMA x; DELETE FROM x.t; ALTER SCHEMA y RENAME TO z; DROP TABLE z.a',
      [values('"public"."orders"', 'note'), rows('"public"."t"'), byKeys('"public"."t"', 'deleted'), table('"y"."a"')],
    ],
    [
      'what it empties',
      'TRUNCATE a, b; TRUNCATE d CASCADE; DELETE FROM c WHERE old',
      [
        table('"public"."a"'),
        table('"public"."b"'),
        table('"public"."d"'),
        byKeys('"public"."d"', 'truncated'),
        rows('"public"."c"'),
        byKeys('"public"."c"', 'deleted'),
      ],
    ],
    [
      'what it overwrites',
      'UPDATE t SET a = 1, b = 2 WHERE c; UPDATE u SET (a, b) = (1, 2)',
      ['"public"."t"', '"public"."u"'].flatMap((name) => [values(name, 'a'), values(name, 'b')]),
    ],
    [
      'not what it made before',
      'ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 1, b = 2',
      [values('"public"."t"', 'b')],
    ],
    [
      'what may have been there',
      'ALTER TABLE t ADD COLUMN IF NOT EXISTS a int; UPDATE t SET a = 1; CREATE TABLE IF NOT EXISTS u (a int); UPDATE u SET a = 1',
      [values('"public"."t"', 'a'), values('"public"."u"', 'a')],
    ],
    ['nothing in a table that it made', 'CREATE TABLE t (a int); DELETE FROM t; ALTER TABLE t DROP COLUMN a', []],
    ['nothing in a copy that it made', 'CREATE TABLE t AS SELECT 1 AS a; UPDATE t SET a = 2; DROP TABLE t', []],
    [
      'nothing in a schema that it made',
      'CREATE SCHEMA s CREATE TABLE t (a int); UPDATE s.t SET a = 2; DROP SCHEMA s CASCADE',
      [],
    ],
    [
      'not its temporary table, but the one that this hides',
      'CREATE TEMP TABLE t (a int); DELETE FROM t; DELETE FROM public.t; DROP TABLE t; DROP TABLE t',
      [byKeys('"public"."t"', 'deleted'), table('"public"."t"')],
    ],
    [
      'what another query brings along',
      'WITH gone AS (DELETE FROM t) SELECT 1',
      [rows('"public"."t"'), byKeys('"public"."t"', 'deleted')],
    ],
    [
      'what it overwrites where rows clash',
      'INSERT INTO t VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 2; INSERT INTO u VALUES (1) ON CONFLICT DO NOTHING',
      [values('"public"."t"', 'b')],
    ],
    [
      'what it merges',
      'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 2; MERGE INTO v USING u ON v.a = u.a WHEN MATCHED THEN DELETE; MERGE INTO w USING u ON w.a = u.a WHEN NOT MATCHED THEN INSERT VALUES (1)',
      [values('"public"."t"', 'b'), rows('"public"."v"'), byKeys('"public"."v"', 'deleted')],
    ],
    [
      'what a block does',
      'DO $$ BEGIN UPDATE t SET a = 1; TRUNCATE u; END $$',
      [values('"public"."t"', 'a'), table('"public"."u"')],
    ],
    [
      'what a function of its own does',
      "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'TRUNCATE t'; SELECT f(); CREATE FUNCTION g() RETURNS void LANGUAGE sql AS 'TRUNCATE u'",
      [table('"public"."t"')],
    ],
  ])('%s', (_, sql, wanted) => expect(targetsDestroyed(taken(sql))).toEqual(wanted));

  test.each([
    ['varchar(10)', 'varchar(255)', true],
    ['varchar(10)', 'text', true],
    ['text', 'varchar(10)', true],
    ['text', 'varchar(10) USING a::varchar(10)', false],
    ['varchar(10)', 'varchar(3) USING left(a, 3)', false],
    ['int', 'bigint', true],
    ['bigint', 'int', false],
    ['int', 'int USING 0', false],
    ['int', 'double precision', false],
    ['int', 'text USING a::text', true],
    ['numeric(10,2)', 'numeric(12,4)', true],
    ['numeric(10,2)', 'numeric(12,1)', false],
    ['numeric(10,2)', 'numeric', true],
    ['date', 'timestamptz', true],
    ['timestamptz', 'date', false],
    ['json', 'jsonb', false],
    ['text', 'mood USING a::text::mood', true],
    ['int[]', 'bigint[]', true],
  ])('of %s as %s: all is kept: %s', (old, now, kept) => {
    const earlier = parseScript(`CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (a ${old})`);
    const takings = takingsOf(parseScript(`ALTER TABLE t ALTER a TYPE ${now}`), 'public', parseScript, earlier);
    expect(targetsDestroyed(takings)).toHaveLength(kept ? 0 : 1);
  });

  test('of a type that nobody knows, all', () =>
    expect(targetsDestroyed(taken('ALTER TABLE t ALTER a TYPE bigint'))).toMatchObject([column('"public"."t"', 'a')]));
});

test.each([
  ['nothing by changing', 'UPDATE t SET a = 1; DELETE FROM u; ALTER TABLE v ADD COLUMN b int DEFAULT 1', []],
  ['nothing in a table that it made', 'CREATE TABLE t (a int); INSERT INTO t VALUES (1)', []],
  ['a table of before, once', 'INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)', [table('"public"."t"')]],
  [
    'a table of before, by its name of then',
    'ALTER TABLE t RENAME TO u; INSERT INTO u VALUES (1)',
    [table('"public"."t"')],
  ],
  ['what it copies', 'COPY t FROM stdin; COPY u TO stdout', [table('"public"."t"')]],
  [
    'what it merges',
    'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT VALUES (1); MERGE INTO v USING u ON v.a = u.a WHEN MATCHED THEN DELETE',
    [table('"public"."t"')],
  ],
  ['what a block does', 'DO $$ BEGIN INSERT INTO s.t VALUES (1); END $$', [table('"s"."t"')]],
])('a migration fills %s', (_, sql, places) =>
  expect(placesFilled(parseScript(sql), 'public', parseScript)).toEqual(places),
);
