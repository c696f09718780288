/** What Broxiva's README says about its database, counted in the catalog. */
import type { Client } from 'pg';

import { testDatabase } from '../support/database';
import { applyAll, BASELINE, HISTORY, migrationFile, PENDING, psql, type PendingMigration } from './history';

interface Totals {
  tables: number;
  columns: number;
  /** Without those of primary keys. */
  indexes: number;
  enums: number;
  foreignKeys: number;
}

/** What each migration adds; add_performance_indexes replaces four of the indexes that it found. */
const ADDED: Record<PendingMigration, Totals> = {
  '20251117022438_add_password_reset_table': { tables: 12, columns: 87, indexes: 18, enums: 4, foreignKeys: 14 },
  '20251118154530_sync_schema_phase30': { tables: 67, columns: 551, indexes: 145, enums: 26, foreignKeys: 127 },
  '20251119004754_add_vendor_management_system': { tables: 19, columns: 188, indexes: 47, enums: 11, foreignKeys: 44 },
  '20251202_add_owner_relation_and_role_permissions': {
    tables: 6,
    columns: 44,
    indexes: 16,
    enums: 2,
    foreignKeys: 13,
  },
  add_performance_indexes: { tables: 0, columns: 0, indexes: 44, enums: 0, foreignKeys: 0 },
  add_privacy_consent: { tables: 16, columns: 142, indexes: 36, enums: 8, foreignKeys: 26 },
  organization_module: { tables: 16, columns: 154, indexes: 54, enums: 6, foreignKeys: 48 },
};

const COUNT = `
  SELECT
    (SELECT count(*)::int FROM pg_class WHERE relkind = 'r' AND relnamespace = n.oid) AS "tables",
    (SELECT count(*)::int FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relkind = 'r' AND c.relnamespace = n.oid AND a.attnum > 0 AND NOT a.attisdropped) AS "columns",
    (SELECT count(*)::int FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = n.oid AND NOT i.indisprimary AND i.indisvalid) AS "indexes",
    (SELECT count(*)::int FROM pg_type WHERE typtype = 'e' AND typnamespace = n.oid) AS "enums",
    (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f' AND connamespace = n.oid) AS "foreignKeys"
  FROM pg_namespace n
  WHERE n.nspname = 'public'`;

async function totals(client: Client): Promise<Totals> {
  const { rows } = await client.query<Totals>(COUNT);
  const [row] = rows;
  if (row === undefined) throw new Error('the database has no schema public');
  return row;
}

function difference(before: Totals, after: Totals): Totals {
  return {
    tables: after.tables - before.tables,
    columns: after.columns - before.columns,
    indexes: after.indexes - before.indexes,
    enums: after.enums - before.enums,
    foreignKeys: after.foreignKeys - before.foreignKeys,
  };
}

let database: Awaited<ReturnType<typeof testDatabase>>;
let baseline: Totals;

beforeAll(async () => {
  database = await testDatabase();
  await applyAll(database.url, BASELINE);
  baseline = await totals(database.client);
}, 60_000);

afterAll(() => database?.drop());

test('the seven pending migrations sort last, in the order of the README', () => {
  expect(HISTORY.slice(-PENDING.length)).toEqual(PENDING);
});

test('production has a shop already', () => {
  expect(baseline).toEqual({ tables: 57, columns: 472, indexes: 74, enums: 26, foreignKeys: 84 });
});

// In this order: each starts from where the one before left the database.
test.each(PENDING)('%s adds what it is expected to add', async (migration) => {
  const before = await totals(database.client);
  await psql(database.url, migrationFile(migration));
  expect(difference(before, await totals(database.client))).toEqual(ADDED[migration]);
});

test('in the end there are 150+ tables, 200+ indexes, 50+ enums and 300+ foreign keys', async () => {
  const end = await totals(database.client);
  expect(end.tables).toBeGreaterThanOrEqual(150);
  expect(end.indexes).toBeGreaterThanOrEqual(200);
  expect(end.enums).toBeGreaterThanOrEqual(50);
  expect(end.foreignKeys).toBeGreaterThanOrEqual(300);
});

test('the seven alone bring 100+ tables, 500+ columns, 30+ indexes and 25+ enums', async () => {
  const added = difference(baseline, await totals(database.client));
  expect(added.tables).toBeGreaterThanOrEqual(100);
  expect(added.columns).toBeGreaterThanOrEqual(500);
  expect(added.indexes).toBeGreaterThanOrEqual(30);
  expect(added.enums).toBeGreaterThanOrEqual(25);
});
