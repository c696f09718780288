/** Each down.sql brings the schema back exactly, with data in the tables. */
import { seed } from '../../prisma/seed';
import { testDatabase } from '../support/database';
import { applyAll, BASELINE, downFile, hasDownFile, migrationFile, PENDING, psql, schemaOf } from './history';

const REVERSIBLE_BY_HAND = PENDING.filter(hasDownFile);

let database: Awaited<ReturnType<typeof testDatabase>>;

beforeAll(async () => {
  database = await testDatabase();
  await applyAll(database.url, BASELINE);
  await seed(database.url, { scale: 0.02 });
}, 60_000);

afterAll(() => database?.drop());

test("those that the engine's diff cannot take back have a down.sql", () => {
  expect(REVERSIBLE_BY_HAND).toEqual([
    '20251118154530_sync_schema_phase30',
    '20251119004754_add_vendor_management_system',
    '20251202_add_owner_relation_and_role_permissions',
    'add_performance_indexes',
  ]);
});

// In this order: each goes back to where it began and then forward again, for the next.
test.each(PENDING)(
  '%s applies to a shop with data and goes back without a trace',
  async (migration) => {
    const before = await schemaOf(database.url);
    await psql(database.url, migrationFile(migration));
    if (!hasDownFile(migration)) return;
    await psql(database.url, downFile(migration), '--single-transaction');
    expect(await schemaOf(database.url)).toBe(before);
    await psql(database.url, migrationFile(migration));
  },
  60_000,
);

test('owners and vendors come out of the data that was there', async () => {
  const { rows } = await database.client.query(`
    SELECT
      (SELECT count(*)::int FROM products WHERE vendor_id IS NULL) AS "productsWithoutVendor",
      (SELECT count(*)::int FROM order_items WHERE vendor_id IS NULL) AS "itemsWithoutVendor",
      (SELECT count(*)::int FROM vendors v JOIN users u ON u.id = v.owner_id WHERE u.role <> 'VENDOR_OWNER') AS "ownersWithoutRole",
      (SELECT count(*)::int FROM vendors) = (SELECT count(DISTINCT seller_id)::int FROM products) AS "everySellerIsVendor",
      (SELECT count(*)::int FROM consent_records) = (SELECT count(*)::int FROM users WHERE marketing_opt_in) AS "consentsCarriedOver"`);
  expect(rows).toEqual([
    {
      productsWithoutVendor: 0,
      itemsWithoutVendor: 0,
      ownersWithoutRole: 0,
      everySellerIsVendor: true,
      consentsCarriedOver: true,
    },
  ]);
});

test('the role migration is refused as one transaction: it uses an enum value that it adds', async () => {
  const fresh = await testDatabase();
  try {
    const migration = '20251202_add_owner_relation_and_role_permissions';
    await applyAll(fresh.url, [...BASELINE, ...PENDING.slice(0, PENDING.indexOf(migration))]);
    const attempt = psql(fresh.url, migrationFile(migration), '--single-transaction');
    await expect(attempt).rejects.toThrow(/unsafe use of new value "VENDOR_OWNER"/);
  } finally {
    await fresh.drop();
  }
}, 60_000);
