/** The migrations as statements, and what no deployment may begin with: files that are empty, broken or half a transaction. */
import type { MigrationFolder } from '../adapters/migration-files';
import { loadParser, parseScript, SqlSyntaxError, type ParsedStatement } from '../adapters/sql-parser';
import { FailureType, permanent } from '../errors';
import { unclosedTransaction, type PendingMigration } from '../policy/build-plan';
import { AS_WRITTEN, segmentsOf, type Segment } from '../policy/segments';
import { transactionControl } from '../policy/statements';
import type { Inspection } from './inspection';

/** @throws ApplicationFailure MigrationFiles naming file, line and column. */
export async function parsePending(inspection: Inspection): Promise<PendingMigration[]> {
  await loadParser();
  const pending = new Set(inspection.facts.pending);
  return inspection.migrations.filter(({ name }) => pending.has(name)).map(toPending);
}

/** For what the schema is like: an applied file that does not parse any more teaches nothing, and harms nobody. */
export function parseApplied({ facts, migrations }: Inspection): ParsedStatement[][] {
  const pending = new Set(facts.pending);
  return migrations.filter(({ name }) => !pending.has(name)).map(toStatements);
}

export function toStatements({ sql }: MigrationFolder): ParsedStatement[] {
  try {
    return parseScript(sql);
  } catch {
    return [];
  }
}

export function toPending({ name, checksum, sql, downSql }: MigrationFolder): PendingMigration {
  const file = `${name}/migration.sql`;
  if (sql.trim() === '')
    throw permanent(FailureType.MigrationFiles, `${file} is empty; write its SQL or remove the folder.`);
  const statements = parseOrFail(sql, file);
  if (downSql !== null) parseOrFail(downSql, `${name}/down.sql`);
  const segments = segmentsOf(statements, AS_WRITTEN);
  const open = unclosedTransaction(segments);
  if (open !== null)
    throw permanent(
      FailureType.MigrationFiles,
      `${file}, line ${open}: BEGIN without COMMIT; close the transaction or drop the BEGIN.`,
    );
  const stray = strayEnd(segments);
  if (stray !== null)
    throw permanent(
      FailureType.MigrationFiles,
      `${file}, line ${stray.line}: ${stray.text} without BEGIN; drop it, Lockkeeper commits for you.`,
    );
  return { name, checksum, sql, statements, hasDownSql: downSql !== null };
}

/** A ROLLBACK of the file's inside our transaction would take the marker with it. */
function strayEnd(segments: Segment[]): { line: number; text: string } | null {
  const outside = segments.filter(({ kind }) => kind !== 'own-transaction').flatMap(({ statements }) => statements);
  const end = outside.find((statement) => transactionControl(statement) !== null);
  return end ? { line: end.line, text: (end.text.split(/\s/)[0] ?? '').toUpperCase() } : null;
}

function parseOrFail(sql: string, file: string): ParsedStatement[] {
  if (sql.startsWith('\ufeff')) {
    throw permanent(
      FailureType.MigrationFiles,
      `${file} begins with a byte order mark, which PostgreSQL does not accept; save it as UTF-8 without one.`,
    );
  }
  try {
    return parseScript(sql);
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
    throw permanent(
      FailureType.MigrationFiles,
      `${file}, line ${error.line}, column ${error.column}: ${inWords(error)}.`,
    );
  }
}

const STUMBLED_OVER = / at or near "([^]*)"$/;

/** The parser quotes what it stumbled over: a literal, which may be a password, or all that follows an open quote. */
function inWords({ message }: SqlSyntaxError): string {
  const [, token = ''] = STUMBLED_OVER.exec(message) ?? [];
  const isLiteral = /^\w{0,2}&?['$]/.test(token) || message.startsWith('unterminated');
  return isLiteral ? message.replace(STUMBLED_OVER, '') : message;
}
