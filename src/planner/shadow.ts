/** A scratch database that migrations are run on, as they are written and segment by segment. */
import type { MigrationFolder } from '../adapters/migration-files';
import type { Client } from '../adapters/postgres';
import { sessionRoles } from '../adapters/session-roles';
import { isConnectionLoss } from '../adapters/statement-failure';
import { parseScript, type ParsedStatement } from '../adapters/sql-parser';
import { UsageError } from '../errors';
import { leftOut, placesText, type LeftOut } from '../policy/left-out';
import { AS_WRITTEN, segmentsOf } from '../policy/segments';
import { toStatements } from './parsing';

/**
 * @returns what was left out, because a scratch database cannot keep it in.
 * @throws UsageError naming the migration that does not apply.
 */
export async function runMigrations(client: Client, folders: readonly MigrationFolder[]): Promise<LeftOut[]> {
  const scripts = folders.map((folder) => ({ migration: folder.name, statements: toStatements(folder) }));
  const left = leftOut(scripts, await sessionRoles(client), parseScript);
  for (const { name, sql } of folders) {
    const own = left.filter(({ migration }) => migration === name);
    try {
      await runSegments(client, sql, new Set(own.map(({ statement }) => statement)));
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      const without = left.length === 0 ? '' : `; left out was what reaches beyond a database: ${placesText(left)}`;
      throw new UsageError(
        `Migration ${name} does not apply to an empty database: ${(error as Error).message}${without}.`,
      );
    }
  }
  return left;
}

const NOTHING: ReadonlySet<number> = new Set();

/**
 * Prisma's engine would run a script in one transaction: some of them cannot.
 * @param without places of the statements that are not run.
 */
export async function runSegments(client: Client, script: string, without = NOTHING): Promise<void> {
  for (const { kind, statements } of segmentsOf(parseScript(script), AS_WRITTEN)) {
    const run = statements.filter(({ index }) => !without.has(index));
    if (run.length > 0) await client.query(textOf(kind === 'transaction', run));
  }
}

function textOf(bracketed: boolean, statements: ParsedStatement[]): string {
  // A statement may end in a comment without a line's end.
  const text = statements.map((statement) => statement.text).join('\n;\n');
  return bracketed ? `BEGIN;\n${text}\n;\nCOMMIT` : text;
}
