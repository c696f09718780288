import { as, relationOf } from '../statements/ast';
import { blocks, strength } from '../statements/locks';
import { bulkWrites, rowsOf, type BulkWrite, type RowCount } from '../statements/row-count';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { Hazard, HazardContext } from './hazard';

export const hazard: Hazard = {
  id: 'mixed-ddl-and-bulk-dml',
  docs: 'https://www.postgresql.org/docs/current/explicit-locking.html',
  onlineForm: false,
  handledApart: true,
  on: ['DeleteStmt', 'InsertStmt', 'MergeStmt', 'UpdateStmt'],
  detect(statement, context) {
    const written = bulkTarget(statement);
    if (written === null || context.isNew(written) || context.rows(written) === 0) return [];
    const held = context.sameTransaction
      .flatMap(({ facts }) => facts.contested)
      .filter(({ mode }) => strength(mode) >= strength('ShareLock'));
    const worst = held.sort((a, b) => strength(b.mode) - strength(a.mode))[0];
    if (!worst || isFew(statement, context)) return [];
    return [
      {
        severity: 'warning',
        message: `While ${written} is written, the schema changes before it keep their locks: ${blocks(worst.mode)} on ${worst.relation} wait until the last row is done and the transaction commits.`,
        saferSql: '-- the schema change in this migration; the rows in the next, in batches',
      },
    ];
  },
};

function isFew({ node }: ParsedStatement, context: HazardContext): boolean {
  const writes = bulkWrites(node);
  const count = (write: BulkWrite): RowCount => rowsOf(write, context.schema, () => false);
  return writes.length > 0 && writes.every((write) => count(write) === 'few');
}

/** The table that a statement may write many rows of. */
function bulkTarget({ node }: ParsedStatement): string | null {
  const insert = as(node, 'InsertStmt');
  const rows = as(insert?.selectStmt, 'SelectStmt');
  const bulk =
    as(node, 'UpdateStmt') ??
    as(node, 'DeleteStmt') ??
    as(node, 'MergeStmt') ??
    (rows && !rows.valuesLists?.length ? insert : undefined);
  return bulk ? relationOf(bulk.relation) : null;
}
