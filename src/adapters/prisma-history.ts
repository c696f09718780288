/** Questions to `_prisma_migrations` that the engine has no call for. */
import type { Client } from './postgres';

export async function historyExists(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`,
  );
  return rows[0]?.exists ?? false;
}

/** Those of the migrations whose newest row is neither finished nor rolled back. */
export async function unfinished(client: Client, migrations: string[]): Promise<string[]> {
  if (!(await historyExists(client))) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations
      WHERE migration_name = ANY($1) AND finished_at IS NULL AND rolled_back_at IS NULL`,
    [migrations],
  );
  return rows.map(({ name }) => name);
}

/** Those of the migrations that are applied or begun, and not rolled back. */
export async function standing(client: Client, migrations: string[]): Promise<string[]> {
  if (!(await historyExists(client))) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT migration_name AS name FROM _prisma_migrations
      WHERE migration_name = ANY($1) AND rolled_back_at IS NULL ORDER BY 1`,
    [migrations],
  );
  return rows.map(({ name }) => name);
}

export interface AppliedFile {
  name: string;
  /** sha256 of the file's bytes, hex. */
  checksum: string;
  finishedAt: Date;
}

/** Those of the migrations that are applied, with the file that each was. */
export async function appliedFiles(client: Client, migrations: string[]): Promise<AppliedFile[]> {
  if (!(await historyExists(client))) return [];
  const { rows } = await client.query<AppliedFile>(
    `SELECT DISTINCT ON (migration_name) migration_name AS name, checksum, finished_at AS "finishedAt" FROM _prisma_migrations
      WHERE migration_name = ANY($1) AND finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name, finished_at DESC`,
    [migrations],
  );
  return rows;
}

/** Those that are applied as this transaction sees it, in their order. */
export async function appliedMigrations(client: Client): Promise<string[]> {
  if (!(await historyExists(client))) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT migration_name AS name FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
