/**
 * Fills Broxiva's database with believable data.
 *
 *   DATABASE_URL=... node --import tsx prisma/seed.ts --scale 1
 *
 * Scale 1 makes 10,000 orders and takes seconds; scale 1000 makes ten million of them, some tens of gigabytes, in the
 * same memory. Only tables from before the pending migrations are filled, so it runs before them and after them.
 * A database that already has users is left alone, unless --truncate empties it first.
 */
import { parseArgs } from 'node:util';

import { Client } from 'pg';

import { copyTable, type Table } from './seed/copy';
import { accounts } from './seed/tables/accounts';
import { catalogue } from './seed/tables/catalogue';
import { engagement } from './seed/tables/engagement';
import { operations } from './seed/tables/operations';
import { promotedProducts, reference } from './seed/tables/reference';
import { sales } from './seed/tables/sales';
import { worldOf, type World } from './seed/world';

/**
 * From this scale on, a superuser's session loads without foreign key checks, which take more than half of the time.
 * The rows are right by construction, and the tests load them with the checks on.
 */
const UNCHECKED_FROM = 5;

export interface SeedOptions {
  /** Orders in units of 10,000; fractions are fine. */
  scale: number;
  /** Empty the tables first, and with them every table that refers to them. */
  truncate?: boolean;
}

export interface SeedResult {
  /** False when the database had data already and was left alone. */
  seeded: boolean;
  /** Rows written to each table. */
  rows: Record<string, number>;
}

/** All tables or, if anything fails, none: one transaction, then ANALYZE, so that row estimates are right at once. */
export async function seed(
  url: string,
  options: SeedOptions,
  log: (line: string) => void = () => {},
): Promise<SeedResult> {
  const client = new Client({ connectionString: url, application_name: 'broxiva-seed' });
  await client.connect();
  try {
    await client.query('BEGIN');
    const result = await fill(client, options, log);
    await client.query('COMMIT');
    if (result.seeded) await client.query('ANALYZE');
    return result;
  } finally {
    // Ending the session rolls back whatever was not committed.
    await client.end();
  }
}

async function fill(
  client: Client,
  { scale, truncate = false }: SeedOptions,
  log: (line: string) => void,
): Promise<SeedResult> {
  const tables = tablesOf(worldOf(scale, await nullability(client)));
  if (truncate) {
    await client.query(`TRUNCATE ${tables.map(({ name }) => `"${name}"`).join(', ')} RESTART IDENTITY CASCADE`);
  } else if (await hasUsers(client)) {
    log('The database has users already; nothing was written. Use --truncate to start over.');
    return { seeded: false, rows: {} };
  }
  if (scale >= UNCHECKED_FROM) await skipForeignKeyChecks(client, log);
  const rows: Record<string, number> = {};
  for (const table of tables) {
    rows[table.name] = await copyTable(client, table);
    log(`${table.name}: ${rows[table.name]?.toLocaleString('en')} rows`);
  }
  return { seeded: true, rows };
}

async function skipForeignKeyChecks(client: Client, log: (line: string) => void): Promise<void> {
  const { rows } = await client.query<{ rolsuper: boolean }>(
    'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
  );
  if (!rows[0]?.rolsuper) return;
  await client.query("SET LOCAL session_replication_role = 'replica'");
  log('Loading without foreign key checks.');
}

/** In the order in which they refer to one another. */
function tablesOf(world: World): Table[] {
  return [
    ...accounts(world),
    ...reference(world),
    ...catalogue(world),
    promotedProducts(world),
    ...engagement(world),
    ...sales(world),
    ...operations(world),
  ];
}

async function hasUsers(client: Client): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM "users" LIMIT 1');
  return rowCount === 1;
}

/** Which columns, as `table.column`, take NULL: a pending migration makes some of them required. */
async function nullability(client: Client): Promise<World['takesNull']> {
  const { rows } = await client.query<{ name: string }>(`
    SELECT table_name || '.' || column_name AS name
    FROM information_schema.columns
    WHERE table_schema = 'public' AND is_nullable = 'YES'`);
  const nullable = new Set(rows.map(({ name }) => name));
  return (column) => nullable.has(column);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { scale: { type: 'string', default: '1' }, truncate: { type: 'boolean', default: false } },
  });
  const scale = Number(values.scale);
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new Error(`--scale must be a positive number, not "${values.scale}"`);
  const url = process.env['DATABASE_URL'];
  if (!url) throw new Error('DATABASE_URL is not set');

  const began = performance.now();
  const { seeded, rows } = await seed(url, { scale, truncate: values.truncate }, (line) => console.log(line));
  if (!seeded) return;
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  console.log(`${total.toLocaleString('en')} rows in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
