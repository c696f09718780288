import { as, relationOf } from '../statements/ast';
import { isUnbounded } from '../statements/queries';
import { count } from './sizes';
import { lines, quote, quoteRange } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'update-or-delete-without-where',
  docs: 'https://www.postgresql.org/docs/current/populate.html',
  onlineForm: false,
  on: ['DeleteStmt', 'UpdateStmt'],
  detect({ node }, context) {
    const update = as(node, 'UpdateStmt');
    const statement = update ?? as(node, 'DeleteStmt');
    const table = relationOf(statement?.relation);
    if (!statement || context.isNew(table)) return [];
    const verb = update ? 'UPDATE' : 'DELETE';
    const everyRow = isUnbounded(statement.whereClause) && !(update?.fromClause ?? as(node, 'DeleteStmt')?.usingClause);
    const rows = context.rows(table);
    if (!everyRow && (rows === null || rows < ROW_BUDGET)) return [];
    const which = everyRow ? `every row${rows === null ? '' : ` (${count(rows)})`}` : `up to ${count(rows ?? 0)} rows`;
    return context.whileBusy(table, 'rewrite', () => ({
      message: `${verb} of ${which} of ${table} in one transaction: each stays locked until the end, a second version of each is written, and VACUUM and replicas fall behind.`,
      saferSql: lines(
        `-- in batches that commit on their own, until no row is left`,
        `${update ? 'UPDATE' : 'DELETE FROM'} ${quoteRange(statement.relation)} ${update ? 'SET ... ' : ''}WHERE ${quote('id')} IN (SELECT ${quote('id')} FROM ${quoteRange(statement.relation)} WHERE ... LIMIT 5000);`,
      ),
    }));
  },
};

/** More than this in one statement is a job, not a migration. */
const ROW_BUDGET = 100_000;
