/** How many rows a WHERE lets through, as far as its form tells. */
import type { Node, RangeVar } from '@pgsql/types';
import { all, as, find, relationOf, words } from './ast';
import { columnOf, conjuncts, isUnbounded, namesRows } from './conditions';
import type { Schema } from './schema';

/** `few`: rows that the file names one by one, or a batch with a LIMIT. `matched`: every row that another table has a row for. */
export type RowCount = 'every' | 'matched' | 'some' | 'few';

/** UPDATE, DELETE and MERGE, wherever they stand. */
export interface BulkWrite {
  verb: 'UPDATE' | 'DELETE' | 'MERGE';
  table: string;
  quoted: RangeVar | undefined;
  where: Node | undefined;
  /** UPDATE ... FROM, DELETE ... USING, MERGE: which rows it is, the other table says. */
  joined: boolean;
  /** That other table is rows that the file writes out. */
  literal: boolean;
}

/** Those of a statement, its CTEs included. */
export function bulkWrites(node: Node): BulkWrite[] {
  const updates = find(node, 'UpdateStmt').map((update): BulkWrite => ({
    verb: 'UPDATE',
    table: relationOf(update.relation),
    quoted: update.relation,
    where: update.whereClause,
    joined: (update.fromClause?.length ?? 0) > 0,
    literal: isLiteralSource(update.fromClause),
  }));
  const deletes = find(node, 'DeleteStmt').map((remove): BulkWrite => ({
    verb: 'DELETE',
    table: relationOf(remove.relation),
    quoted: remove.relation,
    where: remove.whereClause,
    joined: (remove.usingClause?.length ?? 0) > 0,
    literal: isLiteralSource(remove.usingClause),
  }));
  return [...updates, ...deletes, ...merges(node)];
}

function isLiteralSource(source: Node[] | undefined): boolean {
  return (source?.length ?? 0) > 0 && find(source, 'RangeVar').length === 0;
}

/** Those that change rows. */
function merges(node: Node): BulkWrite[] {
  return find(node, 'MergeStmt')
    .filter(({ mergeWhenClauses }) =>
      all(mergeWhenClauses, 'MergeWhenClause').some(
        ({ commandType }) => commandType === 'CMD_UPDATE' || commandType === 'CMD_DELETE',
      ),
    )
    .map(({ relation, joinCondition, sourceRelation }) => ({
      verb: 'MERGE',
      table: relationOf(relation),
      quoted: relation,
      where: joinCondition,
      joined: true,
      literal: isLiteralSource(sourceRelation && [sourceRelation]),
    }));
}

/** @param isEmpty columns that are NULL in every row: what asks for those asks for all. */
export function rowsOf(
  { quoted, where, joined, literal }: BulkWrite,
  schema: Schema,
  isEmpty: (column: string) => boolean,
): RowCount {
  if (literal || namesRows(conjuncts(where), quoted, schema)) return 'few';
  const filters = conjuncts(where).filter(
    (each) => !isUnbounded(each) && !asksForNull(each, isEmpty) && !spares(each, quoted, schema),
  );
  if (joined) return filters.every(joinsTables) ? 'matched' : 'some';
  return filters.length === 0 ? 'every' : 'some';
}

/** `a.x = b.y` */
function joinsTables(condition: Node): boolean {
  const comparison = as(condition, 'A_Expr');
  return as(comparison?.lexpr, 'ColumnRef') !== undefined && as(comparison?.rexpr, 'ColumnRef') !== undefined;
}

/** All rows but those that the file names, or a batch: `id <> 1`, `id NOT IN (1, 2)`, `NOT (id = 1)`. */
function spares(condition: Node, table: RangeVar | undefined, schema: Schema): boolean {
  const negated = as(condition, 'BoolExpr');
  if (negated?.boolop === 'NOT_EXPR') return namesRows((negated.args ?? []).flatMap(conjuncts), table, schema);
  const comparison = as(condition, 'A_Expr');
  if (!comparison || words(comparison.name).join() !== '<>') return false;
  const named: Node = { A_Expr: { ...comparison, name: [{ String: { sval: '=' } }] } };
  return namesRows([named], table, schema);
}

function asksForNull(condition: Node, isEmpty: (column: string) => boolean): boolean {
  const test = as(condition, 'NullTest');
  return test?.nulltesttype === 'IS_NULL' && isEmpty(columnOf(test.arg) ?? '');
}
