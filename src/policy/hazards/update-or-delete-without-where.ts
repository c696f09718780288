import { bulkWrites, rowsOf, type BulkWrite, type RowCount } from '../statements/row-count';
import { columnAddedHere } from './names';
import { count } from './sizes';
import { lines, quote, quoteRange } from './sql';
import type { Finding, Hazard, HazardContext } from './hazard';

export const hazard: Hazard = {
  id: 'update-or-delete-without-where',
  docs: 'https://www.postgresql.org/docs/current/populate.html',
  onlineForm: false,
  on: ['DeleteStmt', 'InsertStmt', 'MergeStmt', 'SelectStmt', 'UpdateStmt'],
  detect({ node }, context) {
    return bulkWrites(node).flatMap((write) => finding(write, context));
  },
};

/** More than this in one statement is a job, not a migration. */
const ROW_BUDGET = 100_000;

function finding(write: BulkWrite, context: HazardContext): Finding[] {
  const { table } = write;
  const touched = rowsOf(write, context.schema, (column) => columnAddedHere(column, table, context));
  const rows = context.rows(table);
  if (touched === 'few' || context.isNew(table) || (touched !== 'every' && (rows ?? ROW_BUDGET) < ROW_BUDGET))
    return [];
  const findings = context.whileBusy(table, 'rewrite', () => ({
    message: `${write.verb} of ${inWords(touched, rows)} of ${table} in one transaction: each stays locked until the end, a second version of each is written, and VACUUM and replicas fall behind.`,
    saferSql: batch(write),
  }));
  // Its WHERE may well leave it a handful: only the database can tell.
  const isGuess = touched === 'some' && rows === null;
  return isGuess ? findings.map((each) => ({ ...each, severity: 'warning' })) : findings;
}

function inWords(touched: RowCount, rows: number | null): string {
  if (touched === 'every') return `every row${rows === null ? '' : ` (${count(rows)})`}`;
  if (touched === 'matched') return `every row that has a match${rows === null ? '' : ` (up to ${count(rows)})`}`;
  return rows === null ? 'as many rows as its condition lets through' : `up to ${count(rows)} rows`;
}

function batch({ verb, quoted }: BulkWrite): string | null {
  if (verb === 'MERGE') return null;
  const table = quoteRange(quoted);
  const head = verb === 'UPDATE' ? `UPDATE ${table} SET ...` : `DELETE FROM ${table}`;
  return lines(
    '-- in batches that commit on their own, until no row is left',
    `${head} WHERE ${quote('id')} IN (SELECT ${quote('id')} FROM ${table} WHERE ... LIMIT 5000);`,
  );
}
