/** The seed: the same data every time, once, and on either side of the pending migrations. */
import { seed } from '../../prisma/seed';
import { testDatabase } from '../support/database';
import { applyAll, BASELINE, PENDING } from './history';

const SCALE = 0.02;

let database: Awaited<ReturnType<typeof testDatabase>>;

beforeAll(async () => {
  database = await testDatabase();
  await applyAll(database.url, BASELINE);
}, 60_000);

afterAll(() => database?.drop());

async function fingerprint(): Promise<string> {
  const { rows } = await database.client.query<{ digest: string }>(`
    SELECT md5(string_agg(md5(o.id || o.order_number || o.grand_total || o.status || o.placed_at), '' ORDER BY o.id)) AS digest
    FROM orders o`);
  return rows[0]?.digest ?? '';
}

test('fills every table of the baseline', async () => {
  const { seeded, rows } = await seed(database.url, { scale: SCALE });
  expect(seeded).toBe(true);
  expect(Object.keys(rows)).toHaveLength(57);
  expect(Object.entries(rows).filter(([, count]) => count === 0)).toEqual([]);
  expect(rows).toMatchObject({ users: 40, products: 100, orders: 200 });
});

test('orders add up', async () => {
  const { rows } = await database.client.query(`
    SELECT o.order_number
    FROM orders o
    JOIN order_items i ON i.order_id = o.id
    GROUP BY o.id
    HAVING sum(i.line_total) <> o.subtotal
        OR sum(i.tax_amount) <> o.tax_total
        OR o.subtotal - o.discount_total + o.shipping_total + o.tax_total <> o.grand_total`);
  expect(rows).toEqual([]);
});

test('leaves a database with users alone', async () => {
  const lines: string[] = [];
  const result = await seed(database.url, { scale: SCALE }, (line) => lines.push(line));
  expect(result).toEqual({ seeded: false, rows: {} });
  expect(lines).toEqual([expect.stringContaining('nothing was written')]);
});

test('gives the same data again, also after the pending migrations', async () => {
  const before = await fingerprint();
  await seed(database.url, { scale: SCALE, truncate: true });
  expect(await fingerprint()).toBe(before);

  await applyAll(database.url, PENDING);
  const { seeded } = await seed(database.url, { scale: SCALE, truncate: true });
  expect(seeded).toBe(true);
  expect(await fingerprint()).toBe(before);
}, 60_000);
