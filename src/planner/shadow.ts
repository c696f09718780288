/** A scratch database that migrations are run on, as they are written and segment by segment. */
import type { MigrationFolder } from '../adapters/migration-files';
import type { Client } from '../adapters/postgres';
import { isConnectionLoss } from '../adapters/statement-failure';
import { parseScript } from '../adapters/sql-parser';
import { UsageError } from '../errors';
import { AS_WRITTEN, segmentsOf } from '../policy/segments';

/** @throws UsageError naming the migration that does not apply. */
export async function runMigrations(client: Client, folders: readonly MigrationFolder[]): Promise<void> {
  for (const { name, sql } of folders) {
    try {
      await runSegments(client, sql);
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      throw new UsageError(`Migration ${name} does not apply to an empty database: ${(error as Error).message}.`);
    }
  }
}

/** Prisma's engine would run a script in one transaction: some of them cannot. */
export async function runSegments(client: Client, script: string): Promise<void> {
  for (const { kind, statements } of segmentsOf(parseScript(script), AS_WRITTEN)) {
    const text = statements.map((statement) => statement.text).join(';\n');
    await client.query(kind === 'transaction' ? `BEGIN;\n${text};\nCOMMIT` : text);
  }
}
