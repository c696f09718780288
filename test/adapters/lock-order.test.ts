/** A migration that locks several tables, against application transactions that take them in its order and in the other. */
import { runScript, type ScriptResult } from '../../src/adapters/executor';
import { takeFence } from '../../src/adapters/ledger/fence';
import type { Around } from '../../src/adapters/segment';
import type { ScriptProgress } from '../../src/contract';
import type { Segment } from '../../src/policy/segments';
import { ledgerDatabase } from '../support/ledger-database';
import { segmentsAfter } from '../support/segments';
import { testRole, type TestRole } from '../support/role';
import { until } from '../support/until';

/** `items` sorts before `orders`, which it refers to. */
const BEFORE = `
  CREATE TABLE orders (id int PRIMARY KEY, total int);
  CREATE TABLE items (id int PRIMARY KEY, order_id int, gift_of int, FOREIGN KEY (gift_of) REFERENCES orders (id));
  INSERT INTO orders SELECT n, n FROM generate_series(1, 10) n;
  INSERT INTO items SELECT n, n, n FROM generate_series(1, 10) n;`;
const FOREIGN_KEY =
  'ALTER TABLE items ADD CONSTRAINT items_order_fkey FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID';
const BOTH = 'ALTER TABLE items ADD COLUMN note text; ALTER TABLE orders ADD COLUMN note text';
const ITEMS = 'UPDATE items SET order_id = order_id WHERE id = 1';
const ORDERS = 'UPDATE orders SET total = 0 WHERE id = 1';
/** Longer than deadlock_timeout: only the executor's own bound keeps it from a deadlock. */
const PATIENCE = { timeoutMs: 10_000, budgetMs: 60_000, eviction: null };

const database = ledgerDatabase(BEFORE);
const { session } = database;
let role: TestRole | null = null;

afterEach(async () => {
  await role?.drop();
  role = null;
});

const segments = (sql: string, applied = BEFORE): Segment[] => segmentsAfter(applied, sql, 'as-written');

async function migrate(
  sql: string,
  url = database.url,
  around?: Around,
): Promise<{ done: Promise<ScriptResult>; progress: ScriptProgress[] }> {
  const client = await session('migration', url);
  const token = await takeFence(client, { owner: 'test', run: 'test', turn: [1, 1], orphans: 'lockkeeper/none/' });
  const progress: ScriptProgress[] = [];
  const done = runScript(client, {
    script: 'migration/m@c',
    title: 'm',
    deployment: 'd',
    token,
    segments: segments(sql),
    patience: PATIENCE,
    around,
    onProgress: (next) => progress.push(next),
    signal: new AbortController().signal,
  });
  done.catch(() => undefined);
  return { done, progress };
}

/** What the migration has of a table: its strong locks, and whether it waits. */
async function locksOn(table: string): Promise<{ held: string[]; waitsMs: number | null }> {
  const { rows } = await database.client.query<{ mode: string; granted: boolean; ms: number | null }>(
    `SELECT mode, granted, (extract(epoch FROM clock_timestamp() - waitstart) * 1000)::float8 AS ms
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE a.application_name = 'migration' AND l.relation = to_regclass($1) AND l.database = a.datid
        AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`,
    [`public.${table}`],
  );
  const waiting = rows.find(({ granted }) => !granted);
  return { held: rows.filter(({ granted }) => granted).map(({ mode }) => mode), waitsMs: waiting ? waiting.ms : null };
}

describe.each([
  ['a foreign key', FOREIGN_KEY],
  ['two tables changed, the one that refers first', BOTH],
  ['the same in a transaction of the file', `BEGIN; ${BOTH}; COMMIT`],
])('%s', (_, sql) => {
  test('waits for the table that is referred to with nothing in its hands', async () => {
    const application = await session('shop');
    await application.query(`BEGIN; ${ORDERS}`);
    const migration = await migrate(sql);
    await until('it waits', async () => ((await locksOn('orders')).waitsMs === null ? null : true));
    expect((await locksOn('items')).held).toEqual([]);
    // It would stand behind the migration, which stands behind it.
    await application.query(`${ITEMS}; COMMIT`);
    await migration.done;
  });

  test('gives way, before anybody has a deadlock, to who takes the tables in the other order', async () => {
    const application = await session('shop');
    await application.query(`BEGIN; ${ITEMS}`);
    const migration = await migrate(sql);
    await until('it waits for the second with the first in its hands', async () => {
      const [orders, items] = [await locksOn('orders'), await locksOn('items')];
      return orders.held.length > 0 && items.waitsMs !== null ? true : null;
    });
    // Who asks this late is the one whose transaction PostgreSQL would end.
    await until('it has waited as long as it may', async () => {
      const { waitsMs } = await locksOn('items');
      return waitsMs === null || waitsMs > 1_100 ? true : null;
    });
    await application.query(`${ORDERS}; COMMIT`);
    const { waits } = await migration.done;
    expect(waits).toMatchObject([{ attempts: expect.any(Number) as number }]);
    expect(waits[0]?.attempts).toBeGreaterThan(1);
  });
});

describe('a sequence that is dropped', () => {
  const TICKETS = `CREATE TABLE tickets (id int GENERATED BY DEFAULT AS IDENTITY, note text);
    CREATE SEQUENCE numbers; CREATE TABLE calls (id int DEFAULT nextval('numbers'));`;

  test.each<[string, Around | undefined]>([
    ['in a message', undefined],
    ['alone', async (_segment, _statement, execute) => void (await execute())],
  ])('is not held while its table is waited for: %s', async (_, around) => {
    await database.client.query(TICKETS);
    const application = await session('shop');
    await application.query('BEGIN; SELECT FROM tickets');
    const migration = await migrate('ALTER TABLE tickets ALTER id DROP IDENTITY', database.url, around);
    await until('it waits', async () => ((await locksOn('tickets')).waitsMs === null ? null : true));
    expect((await locksOn('tickets_id_seq')).held).toEqual([]);
    // Its number would be waited for behind the migration, which waits for the table.
    await application.query('INSERT INTO tickets DEFAULT VALUES; COMMIT');
    const { waits } = await migration.done;
    expect(waits).toEqual([]);
  });

  test('is let go, before anybody has a deadlock, where only the catalog knows whose it is', async () => {
    await database.client.query(TICKETS);
    const application = await session('shop');
    await application.query('BEGIN; SELECT FROM calls');
    const migration = await migrate('DROP SEQUENCE numbers CASCADE');
    await until('it waits with the sequence in its hands', async () => {
      const [numbers, calls] = [await locksOn('numbers'), await locksOn('calls')];
      return numbers.held.length > 0 && calls.waitsMs !== null ? true : null;
    });
    await until('it has waited as long as it may', async () => {
      const { waitsMs } = await locksOn('calls');
      return waitsMs === null || waitsMs > 1_100 ? true : null;
    });
    await application.query('INSERT INTO calls DEFAULT VALUES; COMMIT');
    const { waits } = await migration.done;
    expect(waits[0]?.attempts).toBeGreaterThan(1);
  });
});

test('what the role may not lock beforehand is left to its statement', async () => {
  role = await testRole();
  await database.client.query(
    `GRANT ALL ON SCHEMA public, lockkeeper TO ${role.name}; GRANT ALL ON ALL TABLES IN SCHEMA lockkeeper TO ${role.name};
     ALTER TABLE items OWNER TO ${role.name}; GRANT REFERENCES ON orders TO ${role.name}`,
  );
  const { done } = await migrate(FOREIGN_KEY, role.url(database.name));
  await done;
  const { rows } = await database.client.query(`SELECT FROM pg_constraint WHERE conname = 'items_order_fkey'`);
  expect(rows).toHaveLength(1);
});

test('a table comes before those that refer to it, whatever the file says first', () => {
  const applied = `${BEFORE} CREATE TABLE shops (id int PRIMARY KEY); ALTER TABLE orders ADD COLUMN shop int REFERENCES shops;`;
  const [segment] = segments(
    `ALTER TABLE items ADD COLUMN a int; ALTER TABLE shops ADD COLUMN a int; ${FOREIGN_KEY}`,
    applied,
  );
  expect(segment?.locks.map(({ relation, mode }) => `${relation} ${mode}`)).toEqual([
    '"public"."shops" AccessExclusiveLock',
    '"public"."orders" ShareRowExclusiveLock',
    '"public"."items" AccessExclusiveLock',
  ]);
});

test.each([
  ['one statement with one lock', 'ALTER TABLE items ADD COLUMN a int', false],
  ['one with two', FOREIGN_KEY, true],
  ['two with one', 'ALTER TABLE items ADD COLUMN a int; SELECT 1 AS a', true],
  ['rows that are read at the end', 'ALTER TABLE orders ADD COLUMN a int; UPDATE items SET order_id = 1', true],
  ['rows that are read before', 'UPDATE items SET order_id = 1; ALTER TABLE orders ADD COLUMN a int', false],
  ['a table that is read before', 'CREATE INDEX i ON items (order_id); ALTER TABLE orders ADD COLUMN a int', false],
  ['nothing that anybody feels', 'CREATE TABLE a (id int); CREATE TABLE b (id int)', false],
])('locks are taken first: %s', (_, sql, first) => {
  expect(segments(sql).map(({ locksFirst }) => locksFirst)).toEqual([first]);
});
