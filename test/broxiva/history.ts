/** Broxiva's migrations, and how the tests here bring a database to any point of their history. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { pgBin } from '../support/database';

const run = promisify(execFile);
const MIGRATIONS = join(__dirname, '../../prisma/migrations');

/** Every folder, in the order in which Prisma applies them. */
export const HISTORY: readonly string[] = readdirSync(MIGRATIONS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** The seven that production does not have yet. */
export const PENDING = [
  '20251117022438_add_password_reset_table',
  '20251118154530_sync_schema_phase30',
  '20251119004754_add_vendor_management_system',
  '20251202_add_owner_relation_and_role_permissions',
  'add_performance_indexes',
  'add_privacy_consent',
  'organization_module',
] as const;

export type PendingMigration = (typeof PENDING)[number];

export const BASELINE = HISTORY.slice(0, -PENDING.length);

export const migrationFile = (migration: string): string => join(MIGRATIONS, migration, 'migration.sql');
export const downFile = (migration: string): string => join(MIGRATIONS, migration, 'down.sql');
export const hasDownFile = (migration: string): boolean => existsSync(downFile(migration));
export const migrationSql = (migration: string): string => readFileSync(migrationFile(migration), 'utf8');

/** Sends a file as psql does: every statement commits for itself, unless `--single-transaction` is among the options. */
export async function psql(url: string, file: string, ...options: string[]): Promise<void> {
  await run(pgBin('psql'), ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', ...options, `--file=${file}`, url]);
}

export async function applyAll(url: string, migrations: readonly string[]): Promise<void> {
  for (const migration of migrations) await psql(url, migrationFile(migration));
}

/** The schema as text. pg_dump protects its output with a random token, which is left out. */
export async function schemaOf(url: string): Promise<string> {
  const { stdout } = await run(pgBin('pg_dump'), ['--schema-only', url], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.replace(/^\\(un)?restrict .*\n/gm, '');
}
