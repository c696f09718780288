import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { placesDropped } from '../../src/policy/reversal';

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
