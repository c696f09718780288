/** What an exchange for the backup would take away: rows of others, also where the deployment's transactions stamped them. */
import { Client } from 'pg';
import { rowsApart } from '../../src/adapters/database-difference';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import type { RowCost } from '../../src/contract';
import { rowEffects } from '../../src/policy/row-effects';
import { withInside } from '../../src/policy/statements';
import { databaseUrl, testDatabase, type TestDatabase } from '../support/database';

let live: TestDatabase;
let fresh: TestDatabase;

beforeAll(() => loadParser());
beforeEach(async () => {
  [live, fresh] = await Promise.all([testDatabase(), testDatabase()]);
  for (const { client } of [live, fresh]) await client.query('SET search_path = public');
});
afterEach(() => Promise.all([live.drop(), fresh.drop()]));

/** What happens to the live database after its backup, in this order. */
interface Story {
  backup: string;
  /** By others, before the deployment. */
  before?: string;
  /** Each a transaction of its own. */
  migration?: string[];
  /** By others, after the first transaction. */
  meanwhile?: string;
  /** By others, after the deployment. */
  after?: string;
}

const ORDERS = `CREATE TABLE orders (id int PRIMARY KEY, note text, amount numeric(10,2)); INSERT INTO orders VALUES (1, 'a', 1.5), (2, 'b', 2)`;
const LOG = `CREATE TABLE log (line text); INSERT INTO log VALUES ('a'), ('a'), ('b')`;
const TWO_MORE = `INSERT INTO orders VALUES (3, 'c', 3), (4, 'd', 4)`;

async function transaction(sql: string): Promise<string> {
  const { client } = live;
  await client.query('BEGIN');
  const { rows } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::xid::text AS xid');
  await client.query(sql);
  await client.query('COMMIT');
  return rows[0]?.xid ?? '';
}

async function played({ backup, before, migration = [], meanwhile, after }: Story): Promise<string[]> {
  for (const { client } of [live, fresh]) await client.query(backup);
  if (before) await live.client.query(before);
  const own: string[] = [];
  for (const [place, sql] of migration.entries()) {
    own.push(await transaction(sql));
    if (place === 0 && meanwhile) await live.client.query(meanwhile);
  }
  if (after) await live.client.query(after);
  return own;
}

async function priceOf(story: Story): Promise<RowCost[]> {
  const own = await played(story);
  const effects = rowEffects(withInside(parseScript((story.migration ?? []).join(';\n')), parseScript), 'public');
  return rowsApart({ live: live.client, fresh: fresh.client, own, effects, exchangedIn: null });
}

const cost = (rows: number, relation = 'public.orders'): RowCost => ({ relation, rows });
const unknown = (relation = 'public.orders'): RowCost => ({
  relation: `${relation} (which the deployment wrote too)`,
  rows: null,
});

describe('without a deployment between them', () => {
  test.each<[string, string, RowCost[]]>([
    ['nothing', '', []],
    [
      'what was written, changed and deleted',
      `${TWO_MORE}; UPDATE orders SET note = 'A' WHERE id = 1; DELETE FROM orders WHERE id = 2`,
      [cost(4)],
    ],
    ['without a key, a changed row once', `UPDATE log SET line = 'c' WHERE line = 'b'`, [cost(1, 'public.log')]],
    ['rows that are the same, each', `INSERT INTO log VALUES ('a'), ('a')`, [cost(2, 'public.log')]],
    ['a table of its own', 'CREATE TABLE notes AS SELECT 1 AS a', [cost(1, 'public.notes')]],
    [
      "schemas called alike are the project's",
      'CREATE SCHEMA lockkeeper_shop; CREATE TABLE lockkeeper_shop.t AS SELECT 1 AS a',
      [cost(1, 'lockkeeper_shop.t')],
    ],
    [
      'schemas of our own are not',
      'CREATE SCHEMA lockkeeper; CREATE TABLE lockkeeper.t AS SELECT 1 AS a; CREATE SCHEMA lockkeeper_salvage; CREATE TABLE lockkeeper_salvage.t AS SELECT 1 AS a',
      [],
    ],
  ])('%s', async (_, after, price) => expect(await priceOf({ backup: `${ORDERS}; ${LOG}`, after })).toEqual(price));
});

describe('rows of others that the deployment stamped', () => {
  test.each<[string, Story, RowCost[]]>([
    [
      'by writing the table anew',
      { backup: ORDERS, before: TWO_MORE, migration: ['ALTER TABLE orders ALTER COLUMN id TYPE bigint'] },
      [cost(2)],
    ],
    [
      'by filling a column',
      {
        backup: ORDERS,
        before: TWO_MORE,
        migration: [`ALTER TABLE orders ADD COLUMN state text; UPDATE orders SET state = 'open'`],
      },
      [cost(2)],
    ],
    [
      'without a key',
      {
        backup: LOG,
        before: `INSERT INTO log VALUES ('a'), ('c')`,
        migration: ['ALTER TABLE log ADD COLUMN at timestamptz DEFAULT clock_timestamp()'],
      },
      [cost(2, 'public.log')],
    ],
    [
      'and changed before in another column',
      {
        backup: ORDERS,
        before: `UPDATE orders SET note = 'A' WHERE id = 1`,
        migration: ['UPDATE orders SET amount = 7'],
      },
      [cost(1), unknown()],
    ],
    [
      'and changed before in the same column',
      {
        backup: ORDERS,
        before: 'UPDATE orders SET amount = 3 WHERE id = 1',
        migration: ['UPDATE orders SET amount = round(amount)'],
      },
      [unknown()],
    ],
    [
      'changed in a column that bears another name now',
      {
        backup: ORDERS,
        before: `UPDATE orders SET note = 'A' WHERE id = 1`,
        migration: [
          'ALTER TABLE orders RENAME COLUMN note TO remark',
          'ALTER TABLE orders ALTER COLUMN id TYPE bigint',
        ],
      },
      [cost(1)],
    ],
    [
      'in a table that bears another name now',
      {
        backup: ORDERS,
        before: TWO_MORE,
        migration: ['ALTER TABLE orders RENAME TO purchases; ALTER TABLE purchases ALTER COLUMN id TYPE bigint'],
      },
      [cost(2, 'public.purchases')],
    ],
    [
      'in a partition',
      {
        backup:
          'CREATE TABLE orders (id int) PARTITION BY RANGE (id); CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (9); INSERT INTO orders VALUES (1)',
        before: 'INSERT INTO orders VALUES (2)',
        migration: [`ALTER TABLE orders ADD COLUMN state text; UPDATE orders SET state = 'open'`],
      },
      [cost(1, 'public.orders_1')],
    ],
    [
      'deleted where the deployment deletes nothing',
      { backup: ORDERS, before: 'DELETE FROM orders WHERE id = 1', migration: ['UPDATE orders SET note = note'] },
      [cost(1)],
    ],
    [
      'deleted where the deployment deletes too',
      {
        backup: ORDERS,
        before: `${TWO_MORE}; DELETE FROM orders WHERE id = 1`,
        migration: ['DELETE FROM orders WHERE id = 2'],
      },
      [cost(2), unknown()],
    ],
    [
      'copied to a table that took the place of the old one',
      {
        backup: ORDERS,
        before: TWO_MORE,
        migration: [
          'CREATE TABLE orders_new (LIKE orders INCLUDING ALL); INSERT INTO orders_new SELECT * FROM orders',
          'DROP TABLE orders; ALTER TABLE orders_new RENAME TO orders',
        ],
      },
      [unknown()],
    ],
    [
      'in a column that it made before',
      {
        backup: ORDERS,
        migration: ['ALTER TABLE orders ADD COLUMN channel text', 'ALTER TABLE orders ALTER COLUMN id TYPE bigint'],
        meanwhile: `UPDATE orders SET channel = 'web' WHERE id = 1`,
      },
      [cost(1, 'public.orders.channel')],
    ],
    [
      'in a table that it made before',
      {
        backup: LOG,
        migration: ['CREATE TABLE orders (id int PRIMARY KEY)', 'ALTER TABLE orders ALTER COLUMN id TYPE bigint'],
        meanwhile: 'INSERT INTO orders VALUES (1)',
      },
      [cost(1)],
    ],
    [
      'in a table that it fills and writes anew',
      {
        backup: 'CREATE TABLE orders (id int PRIMARY KEY)',
        before: 'INSERT INTO orders VALUES (1)',
        migration: ['INSERT INTO orders VALUES (2); ALTER TABLE orders ALTER COLUMN id TYPE bigint'],
      },
      [unknown()],
    ],
    [
      'in a table that it fills and updates',
      {
        backup: ORDERS,
        before: TWO_MORE,
        migration: [`INSERT INTO orders VALUES (9, 'mine', 9); UPDATE orders SET note = upper(note) WHERE id > 2`],
      },
      [unknown()],
    ],
    [
      'in a table that it fills and a block may update',
      {
        backup: ORDERS,
        before: TWO_MORE,
        migration: [
          `INSERT INTO orders VALUES (9, 'mine', 9); DO $$ BEGIN EXECUTE 'UPDATE orders SET note = note WHERE id > 2'; END $$`,
        ],
      },
      [unknown()],
    ],
    [
      'with a trigger that changes more than is said',
      {
        backup: `${ORDERS}; CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note = now(); RETURN NEW; END $$;
          CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()`,
        before: TWO_MORE,
        migration: ['UPDATE orders SET amount = 7'],
      },
      [cost(2), unknown()],
    ],
    [
      'in a way that its SQL does not show',
      {
        backup: ORDERS,
        before: TWO_MORE,
        migration: [`DO $$ BEGIN EXECUTE 'UPDATE orders SET amount = amount WHERE id > 2'; END $$`],
      },
      [cost(2)],
    ],
  ])('%s', async (_, story, price) => expect(await priceOf(story)).toEqual(price));
});

describe('what the deployment wrote itself costs nothing', () => {
  test.each<[string, Story, RowCost[]]>([
    ['a table written anew', { backup: ORDERS, migration: ['ALTER TABLE orders ALTER COLUMN id TYPE bigint'] }, []],
    [
      'values that are written otherwise now',
      {
        backup: ORDERS,
        before: TWO_MORE,
        migration: ['ALTER TABLE orders ALTER COLUMN amount TYPE numeric(12,4), ALTER COLUMN note TYPE varchar(9)'],
      },
      [cost(2)],
    ],
    [
      'values that the new type would not hold',
      {
        backup: `${ORDERS}; UPDATE orders SET amount = 1234 WHERE id = 1`,
        before: 'UPDATE orders SET amount = 1 WHERE id = 1',
        migration: ['ALTER TABLE orders ALTER COLUMN amount TYPE numeric(4,2)'],
      },
      [unknown()],
    ],
    [
      'rows in a table from before',
      { backup: ORDERS, before: TWO_MORE, migration: [`INSERT INTO orders VALUES (9, 'mine', 9)`] },
      [cost(2)],
    ],
    [
      'rows in an altered table from before',
      {
        backup: ORDERS,
        migration: [
          `ALTER TABLE orders ADD COLUMN state text DEFAULT 'new'; INSERT INTO orders VALUES (9, 'mine', 9, 'x')`,
        ],
      },
      [],
    ],
    [
      'rows of a new table, with those of others told apart',
      {
        backup: LOG,
        migration: [`CREATE TABLE orders (id int PRIMARY KEY)`, `INSERT INTO orders VALUES (1), (2)`],
        after: 'INSERT INTO orders VALUES (3)',
      },
      [cost(1)],
    ],
    [
      'what it copied from where it still is',
      { backup: LOG, migration: ['CREATE TABLE lines (line text); INSERT INTO lines SELECT line FROM log'] },
      [],
    ],
    [
      'a default that it took away again',
      {
        backup: ORDERS,
        migration: [
          `ALTER TABLE orders ADD COLUMN state text NOT NULL DEFAULT 'new'`,
          'ALTER TABLE orders ALTER COLUMN state DROP DEFAULT',
        ],
      },
      [],
    ],
    [
      'a column that it fills later, with what others wrote since',
      {
        backup: ORDERS,
        migration: ['ALTER TABLE orders ADD COLUMN state text', `UPDATE orders SET state = 'open'`],
        after: `UPDATE orders SET state = 'paid' WHERE id = 1`,
      },
      [cost(1, 'public.orders.state')],
    ],
    [
      'a column that is written anew after it was filled',
      {
        backup: ORDERS,
        migration: [
          'ALTER TABLE orders ADD COLUMN state text',
          `UPDATE orders SET state = 'open'`,
          'UPDATE orders SET note = note',
        ],
      },
      [unknown('public.orders.state')],
    ],
    [
      'numbers that a new column gives to its rows, but not those that it gave to the rows of others',
      {
        backup: ORDERS,
        migration: ['ALTER TABLE orders ADD COLUMN n serial'],
        after: 'INSERT INTO orders (id) VALUES (9)',
      },
      [cost(1), cost(1, 'public.orders.n')],
    ],
    [
      'rows of other tables',
      { backup: `${ORDERS}; ${LOG}`, before: TWO_MORE, migration: [`UPDATE log SET line = 'z'`] },
      [unknown('public.log'), cost(2)],
    ],
  ])('%s', async (_, story, price) => expect(await priceOf(story)).toEqual(price));
});

it('counts large objects that are new, gone or hold something else', async () => {
  const make = (oid: number): string => `SELECT lo_from_bytea(${oid}, 'old')`;
  expect(
    await priceOf({
      backup: [4242, 4243, 4244].map(make).join('; '),
      after: `SELECT lo_put(4242, 0, 'new contract'); SELECT lo_unlink(4243); ${make(4245)}`,
    }),
  ).toEqual([cost(3, 'large objects')]);
});

it('does not tell as rows of the old database what the new one wrote, changed or deleted since', async () => {
  const own = await played({ backup: ORDERS, before: TWO_MORE, after: `UPDATE orders SET note = 'B' WHERE id = 2` });
  const other = new Client({ connectionString: databaseUrl(fresh.name) });
  await other.connect();
  const { rows } = await other.query<{ xid: string }>('SELECT pg_current_xact_id()::xid::text AS xid');
  await other.query(
    `INSERT INTO public.orders VALUES (10), (11), (12); UPDATE public.orders SET note = 'x' WHERE id = 1`,
  );
  await other.end();
  const effects = rowEffects([], 'public');
  const exchangedIn = rows[0]?.xid ?? null;
  expect(await rowsApart({ live: live.client, fresh: fresh.client, own, effects, exchangedIn })).toEqual([cost(3)]);
});
