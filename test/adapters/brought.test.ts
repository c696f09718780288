/** What migrations took away of what was there before them, found in a backup by its names of then. */
import { destroyedTargets } from '../../src/activities/rollback-facts';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { salvages } from '../../src/adapters/salvage';
import { copyAside } from '../../src/adapters/salvage-copy';
import { ensureSalvage } from '../../src/adapters/salvage-schema';
import { loadParser } from '../../src/adapters/sql-parser';
import { testDatabase, type TestDatabase } from '../support/database';

let live: TestDatabase;
let aside: TestDatabase;

beforeEach(async () => {
  await loadParser();
  [live, aside] = [await testDatabase(), await testDatabase()];
  for (const { client } of [live, aside]) await client.query('SET search_path = public');
  await ensureLedger(live.client);
});
afterEach(() => Promise.all([live.drop(), aside.drop()]));

const ORDERS = `CREATE TABLE orders (id int PRIMARY KEY, note text, m int); INSERT INTO orders VALUES (1, 'a', 1), (2, NULL, 2)`;
const LINES = `CREATE TABLE lines (id int PRIMARY KEY, "order" int REFERENCES orders ON DELETE CASCADE); INSERT INTO lines VALUES (1, 1)`;

test.each<[string, string, string[], [string, string | null, number][]]>([
  [
    'a renamed table that is emptied of values',
    ORDERS,
    ['ALTER TABLE orders RENAME TO purchases', 'UPDATE purchases SET note = NULL'],
    [['public.orders', 'note', 1]],
  ],
  [
    'a column that is made anew',
    ORDERS,
    ['ALTER TABLE orders DROP COLUMN note, ADD COLUMN note text'],
    [['public.orders', 'note', 1]],
  ],
  [
    'a table that is made anew',
    ORDERS,
    ['DROP TABLE orders; CREATE TABLE orders (id int)'],
    [['public.orders', null, 2]],
  ],
  [
    'a schema with all that is in it',
    'CREATE SCHEMA legacy; CREATE TABLE legacy.a AS SELECT 1 AS n; CREATE TABLE legacy.b AS SELECT 1 AS n',
    ['DROP SCHEMA legacy CASCADE'],
    [
      ['legacy.a', null, 1],
      ['legacy.b', null, 1],
    ],
  ],
  [
    'columns of a type',
    "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE p (id int PRIMARY KEY, m mood); INSERT INTO p VALUES (1, 'ok')",
    ['DROP TYPE mood CASCADE'],
    [['public.p', 'm', 1]],
  ],
  [
    'tables that refer to one that is emptied',
    `${ORDERS}; ${LINES}`,
    ['TRUNCATE orders CASCADE'],
    [
      ['public.orders', null, 2],
      ['public.lines', null, 1],
    ],
  ],
  [
    'rows that go with those that are deleted',
    `${ORDERS}; ${LINES}`,
    ['DELETE FROM orders WHERE id = 1'],
    [
      ['public.orders', null, 2],
      ['public.lines', null, 1],
    ],
  ],
  [
    'values that are cut',
    ORDERS,
    ['ALTER TABLE orders ALTER note TYPE varchar(3) USING left(note, 3), ALTER m TYPE bigint'],
    [['public.orders', 'note', 1]],
  ],
])('%s', async (_, before, migrations, wanted) => {
  await aside.client.query(before);
  const folders = [before, ...migrations].map((sql, place) => ({
    name: `0${place}`,
    sql,
    checksum: 'c',
    downSql: null,
  }));
  const registered = migrations.map((_sql, step) => ({
    ...{ step, migrations: [`0${step + 1}`], checksums: ['c'], segments: 1, source: 'none', sql: null },
    ...{ schemaBefore: null, inverses: [], digest: '', reversed: false },
  }));
  const targets = destroyedTargets(registered.toReversed(), folders, live.url);
  await ensureSalvage(live.client);
  await live.client.query('BEGIN');
  await copyAside({ live: live.client, aside: aside.client, targets, deployment: 'd1' });
  await live.client.query('COMMIT');
  const brought = (await salvages(live.client)).toReversed();
  expect(brought.map(({ relation, column, rows }) => [relation, column, rows])).toEqual(wanted);
});
