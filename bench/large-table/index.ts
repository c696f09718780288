/** Broxiva with one more table, of millions of rows, and a migration pending that is hard on it. */
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readMigrations } from '../../src/adapters/migration-files';
import { connected, type BenchServer } from '../server';
import { deployed, type Workload } from '../workloads';

/** Folder of the SQL. */
export const LARGE_TABLE = __dirname;

export interface LargeTable {
  rows: number;
  /** The file beside this one that holds the pending migration. */
  pending: 'rules' | 'index';
  /** Id of the workload, and the name of its database. */
  id: string;
}

/** The table's rows refer to orders of the seed, as `bench.key` lists them: `makeKeys` must have run. */
export async function largeTable(
  server: BenchServer,
  seven: Workload,
  { rows, pending, id }: LargeTable,
  log: (line: string) => void,
): Promise<Workload> {
  log(`filling a table with ${rows.toLocaleString('en')} rows`);
  const migrationsDir = migrationsOf(join(server.folder, id, 'migrations'), seven, pending);
  const folders = readMigrations(migrationsDir);
  const url = await server.recreate(id, seven.template);
  await deployed(url, migrationsDir, folders.slice(0, -1));
  await connected(url, async (client) => {
    await client.query(`
      INSERT INTO order_events (order_id, kind, actor, created_at)
      SELECT k.order_id, 'created', 'seed', now() - g * interval '1 second'
        FROM generate_series(1, ${rows}) AS g JOIN bench.key k ON k.n = g % 2000 + 1`);
    await client.query('VACUUM ANALYZE order_events');
  });
  return { ...seven, id, title: id, migrationsDir, template: id, pending: folders.slice(-1) };
}

/** Broxiva's applied migrations, the table, and what is to be done to it. */
function migrationsOf(folder: string, seven: Workload, pending: LargeTable['pending']): string {
  const left = new Set(seven.pending.map(({ name }) => name));
  mkdirSync(folder, { recursive: true });
  cpSync(seven.migrationsDir, folder, { recursive: true, filter: (path) => !left.has(basename(path)) });
  for (const [name, file] of [
    ['20251108090000_order_events', 'create'],
    [`20251109090000_order_events_${pending}`, pending],
  ] as const) {
    mkdirSync(join(folder, name));
    copyFileSync(join(LARGE_TABLE, `${file}.sql`), join(folder, name, 'migration.sql'));
  }
  return folder;
}
