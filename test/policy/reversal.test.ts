import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { placesDestroyed, placesDropped, placesFilled } from '../../src/policy/reversal';
import { withInside } from '../../src/policy/statements';

beforeAll(loadParser);

const table = (relation: string) => ({ relation, column: null });
const column = (relation: string, name: string) => ({ relation, column: name });

test.each([
  [
    'nothing',
    'ALTER TABLE t ADD COLUMN a int; DROP INDEX i; DROP TYPE role; DROP VIEW v; ALTER TABLE t DROP CONSTRAINT c',
    [],
  ],
  ['a table', 'DROP TABLE orders', [table('"orders"')]],
  ['tables of one statement', 'DROP TABLE IF EXISTS a, public.b CASCADE', [table('"a"'), table('"public"."b"')]],
  [
    'columns',
    'ALTER TABLE ONLY public.t DROP COLUMN a, ADD COLUMN b int, DROP COLUMN IF EXISTS c',
    [column('"public"."t"', 'a'), column('"public"."t"', 'c')],
  ],
  [
    'each once',
    'ALTER TABLE t DROP COLUMN a; ALTER TABLE t DROP COLUMN a; DROP TABLE u; DROP TABLE u',
    [column('"t"', 'a'), table('"u"')],
  ],
  [
    'a table counts its columns, before and after',
    'ALTER TABLE t DROP COLUMN a; DROP TABLE t; ALTER TABLE t DROP COLUMN b',
    [table('"t"')],
  ],
  [
    'names that need quotes',
    'DROP TABLE "Order Items"; ALTER TABLE "a""b" DROP COLUMN "C"',
    [table('"Order Items"'), column('"a""b"', 'C')],
  ],
  [
    'a name with a dot is one name',
    'DROP TABLE "a.b"; ALTER TABLE a.b DROP COLUMN c',
    [table('"a.b"'), column('"a"."b"', 'c')],
  ],
])('%s', (_, sql, places) => expect(placesDropped(parseScript(sql))).toEqual(places));

describe('what a migration destroys', () => {
  test.each([
    ['nothing by adding', 'CREATE TABLE t (a int); ALTER TABLE u ADD COLUMN b int; INSERT INTO u VALUES (1)', []],
    ['what it drops', 'DROP TABLE a; ALTER TABLE t DROP COLUMN b', [table('"a"'), column('"t"', 'b')]],
    ['what it empties', 'TRUNCATE a, b; DELETE FROM c WHERE old', [table('"a"'), table('"b"'), table('"c"')]],
    ['what it overwrites', 'UPDATE t SET a = 1, b = 2 WHERE c', [column('"t"', 'a'), column('"t"', 'b')]],
    ['not what it made before', 'ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 1, b = 2', [column('"t"', 'b')]],
    ['nothing in a table that it made', 'CREATE TABLE t (a int); DELETE FROM t; ALTER TABLE t DROP COLUMN a', []],
    ['nothing in a copy that it made', 'CREATE TABLE t AS SELECT 1 AS a; UPDATE t SET a = 2; DROP TABLE t', []],
    ['what another query brings along', 'WITH gone AS (DELETE FROM t) SELECT 1', [table('"t"')]],
    [
      'what it overwrites where rows clash',
      'INSERT INTO t VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 2; INSERT INTO u VALUES (1) ON CONFLICT DO NOTHING',
      [column('"t"', 'b')],
    ],
    [
      'what it merges',
      'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 2; MERGE INTO v USING u ON v.a = u.a WHEN MATCHED THEN DELETE; MERGE INTO w USING u ON w.a = u.a WHEN NOT MATCHED THEN INSERT VALUES (1)',
      [column('"t"', 'b'), table('"v"')],
    ],
    ['what a block does', 'DO $$ BEGIN UPDATE t SET a = 1; DELETE FROM u; END $$', [column('"t"', 'a'), table('"u"')]],
    [
      'what a function of its own does',
      "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'; SELECT f(); CREATE FUNCTION g() RETURNS void LANGUAGE sql AS 'DELETE FROM u'",
      [table('"t"')],
    ],
  ])('%s', (_, sql, places) => expect(placesDestroyed(withInside(parseScript(sql), parseScript))).toEqual(places));
});

test.each([
  ['nothing by changing', 'UPDATE t SET a = 1; DELETE FROM u; ALTER TABLE v ADD COLUMN b int DEFAULT 1', []],
  ['nothing in a table that it made', 'CREATE TABLE t (a int); INSERT INTO t VALUES (1)', []],
  ['a table of before, once', 'INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)', [table('"t"')]],
  ['what it copies', 'COPY t FROM stdin; COPY u TO stdout', [table('"t"')]],
  [
    'what it merges',
    'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT VALUES (1); MERGE INTO v USING u ON v.a = u.a WHEN MATCHED THEN DELETE',
    [table('"t"')],
  ],
  ['what a block does', 'DO $$ BEGIN INSERT INTO s.t VALUES (1); END $$', [table('"s"."t"')]],
])('a migration fills %s', (_, sql, places) =>
  expect(placesFilled(withInside(parseScript(sql), parseScript))).toEqual(places),
);
