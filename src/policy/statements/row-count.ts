/** How many rows a WHERE lets through, as far as its form tells. */
import type { A_Expr, Node } from '@pgsql/types';
import { all, as, find, relationOf, words } from './ast';
import { isUnbounded } from './queries';
import type { Schema } from './schema';

/** `few`: rows that the file names one by one, or a batch with a LIMIT. `matched`: every row that another table has a row for. */
export type RowCount = 'every' | 'matched' | 'some' | 'few';

/** UPDATE, DELETE and MERGE, wherever they stand. */
export interface BulkWrite {
  verb: 'UPDATE' | 'DELETE' | 'MERGE';
  table: string;
  quoted: Parameters<typeof relationOf>[0];
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
  { table, where, joined, literal }: BulkWrite,
  schema: Schema,
  isEmpty: (column: string) => boolean,
): RowCount {
  if (literal || hasSmallLimit(where) || namesRows(conjuncts(where), table, schema)) return 'few';
  const filters = conjuncts(where).filter(
    (each) => !isUnbounded(each) && !asksForNull(each, isEmpty) && !spares(each, table, schema),
  );
  if (joined) return filters.every(joinsTables) ? 'matched' : 'some';
  return filters.length === 0 ? 'every' : 'some';
}

function conjuncts(where: Node | undefined): Node[] {
  if (where === undefined) return [];
  const both = as(where, 'BoolExpr');
  return both?.boolop === 'AND_EXPR' ? (both.args ?? []).flatMap(conjuncts) : [where];
}

/** `a.x = b.y` */
function joinsTables(condition: Node): boolean {
  const comparison = as(condition, 'A_Expr');
  return as(comparison?.lexpr, 'ColumnRef') !== undefined && as(comparison?.rexpr, 'ColumnRef') !== undefined;
}

/** All rows but those that the file names: `id <> 1`, `id NOT IN (1, 2)`, `NOT (id = 1)`. */
function spares(condition: Node, table: string, schema: Schema): boolean {
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

/** More than a batch is no batch. */
const BATCH = 100_000;

function hasSmallLimit(where: Node | undefined): boolean {
  return find(where, 'SelectStmt').some(
    ({ limitCount }) => (as(limitCount, 'A_Const')?.ival?.ival ?? Infinity) <= BATCH,
  );
}

/** Constants for every column of a key: as many rows as the file writes out. */
function namesRows(conditions: Node[], table: string, schema: Schema): boolean {
  const given = new Set(conditions.flatMap((condition) => constantFor(condition) ?? []));
  const keys = keysOf(table, schema);
  return keys.length > 0
    ? keys.some((key) => key.every((column) => given.has(column)))
    : [...given].some((column) => USUAL_KEYS.has(column));
}

/** Of a table that no file creates. */
const USUAL_KEYS = new Set(['id', 'uuid', 'email', 'slug', 'key', 'code']);

function keysOf(table: string, schema: Schema): (readonly string[])[] {
  const constraints = schema.table(table)?.constraints.filter(({ kind }) => kind === 'primary' || kind === 'unique');
  const indexes = schema
    .indexesOf(table)
    .filter(({ unique, partial, columns }) => unique && !partial && !columns.includes(null));
  return [
    ...(constraints ?? []).map(({ columns }) => columns),
    ...indexes.map(({ columns }) => columns.flatMap((column) => column ?? [])),
  ];
}

/** The column of `column = constant`, `column IN (constants)` or `column = ANY (ARRAY[constants])`. */
function constantFor(condition: Node): string | null {
  const comparison = as(condition, 'A_Expr');
  if (!comparison || words(comparison.name).join() !== '=') return null;
  return isConstant(comparison) ? columnOf(comparison.lexpr) : null;
}

function isConstant({ kind, rexpr }: A_Expr): boolean {
  if (kind === 'AEXPR_IN') return (as(rexpr, 'List')?.items ?? []).every(isLiteral);
  if (kind === 'AEXPR_OP_ANY')
    return find(rexpr, 'A_ArrayExpr').some(
      ({ elements }) => (elements ?? []).length > 0 && (elements ?? []).every(isLiteral),
    );
  return kind === 'AEXPR_OP' && rexpr !== undefined && isLiteral(rexpr);
}

function isLiteral(node: Node): boolean {
  return as(node, 'A_Const') !== undefined || as(as(node, 'TypeCast')?.arg, 'A_Const') !== undefined;
}

function columnOf(node: Node | undefined): string | null {
  return words(as(node, 'ColumnRef')?.fields).at(-1) ?? null;
}
