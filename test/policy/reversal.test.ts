import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { placesDestroyed, placesDropped } from '../../src/policy/reversal';

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
  ])('%s', (_, sql, places) => expect(placesDestroyed(parseScript(sql))).toEqual(places));
});
