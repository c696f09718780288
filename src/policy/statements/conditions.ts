/** What a WHERE says by its form: everything, or rows that are named one by one. */
import type { A_Expr, Node, RangeVar, SelectStmt, SubLink } from '@pgsql/types';
import { as, find, relationOf, words } from './ast';
import { isKey, type Schema } from './schema';

/** No WHERE, or one that lets every row through. */
export function isUnbounded(where: Node | undefined): boolean {
  if (where === undefined) return true;
  if (as(where, 'A_Const')?.boolval?.boolval) return true;
  const either = as(where, 'BoolExpr');
  if (either?.boolop === 'OR_EXPR') return (either.args ?? []).some(isUnbounded);
  const comparison = as(where, 'A_Expr');
  if (comparison?.kind !== 'AEXPR_OP' || words(comparison.name).join() !== '=') return false;
  const [left, right] = [comparison.lexpr, comparison.rexpr].map(sameText);
  return left !== null && left === right;
}

/** Equal for equal constants and for one column written twice; null for all else. */
function sameText(side: Node | undefined): string | null {
  const constant = as(side, 'A_Const');
  const text = constant?.sval ? `'${constant.sval.sval ?? ''}'` : constant?.ival?.ival?.toString();
  return text ?? (words(as(side, 'ColumnRef')?.fields).join('.') || null);
}

/** What has to hold all at once. */
export function conjuncts(where: Node | undefined): Node[] {
  if (where === undefined) return [];
  const both = as(where, 'BoolExpr');
  return both?.boolop === 'AND_EXPR' ? (both.args ?? []).flatMap(conjuncts) : [where];
}

/** Values for every column of a key: as many rows as the file writes out, or a batch with a LIMIT. */
export function namesRows(conditions: Node[], table: RangeVar | undefined, schema: Schema): boolean {
  const given = new Set(conditions.flatMap((condition) => columnsGiven(condition, table)));
  const keys = keysOf(relationOf(table), schema);
  return keys.length > 0
    ? keys.some((key) => key.every((column) => given.has(column)))
    : [...given].some((column) => USUAL_KEYS.has(column));
}

/** Of a table that no file creates. */
const USUAL_KEYS = new Set(['ctid', 'id', 'uuid', 'email', 'slug', 'key', 'code']);

function keysOf(table: string, schema: Schema): (readonly string[])[] {
  const constraints = schema.table(table)?.constraints.filter(({ kind }) => kind === 'primary' || kind === 'unique');
  const indexes = schema.indexesOf(table).filter(isKey);
  const keys = [
    ...(constraints ?? []).map(({ columns }) => columns),
    ...indexes.map(({ columns }) => columns.flatMap((column) => column ?? [])),
  ];
  return keys.length > 0 ? [...keys, ['ctid']] : [];
}

/** The columns of `column = constant`, `column IN (constants)`, `= ANY (ARRAY[constants])`, and of the same with a batch. */
function columnsGiven(condition: Node, table: RangeVar | undefined): string[] {
  const link = as(condition, 'SubLink');
  if (link?.subLinkType === 'ANY_SUBLINK' && ['', '='].includes(words(link.operName).join()))
    return isBatch(link, table) ? columnsOf(link.testexpr) : [];
  const comparison = as(condition, 'A_Expr');
  if (!comparison || words(comparison.name).join() !== '=') return [];
  const value = as(comparison.rexpr, 'SubLink');
  return isConstant(comparison) || (value && isBatch(value, table)) ? columnsOf(comparison.lexpr) : [];
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

/** More than this is no batch. */
const BATCH = 100_000;

/** A query with a LIMIT that is the same for every row: it does not look at the row that is asked about. */
function isBatch({ subselect }: SubLink, table: RangeVar | undefined): boolean {
  const query: SelectStmt | undefined = as(subselect, 'SelectStmt');
  const limit = as(query?.limitCount, 'A_Const')?.ival?.ival ?? Infinity;
  const outer = nameOf(table);
  const isHidden = find(query, 'RangeVar').some((range) => nameOf(range) === outer);
  return limit <= BATCH && (isHidden || !find(query, 'ColumnRef').some(({ fields }) => words(fields).at(-2) === outer));
}

/** What its columns are qualified with. */
function nameOf(range: RangeVar | undefined): string | undefined {
  return range?.alias?.aliasname ?? range?.relname;
}

/** Those of a column, or of a row of columns. */
function columnsOf(side: Node | undefined): string[] {
  const row = as(side, 'RowExpr')?.args ?? (side ? [side] : []);
  return row.flatMap((each) => columnOf(each) ?? []);
}

export function columnOf(node: Node | undefined): string | null {
  return words(as(node, 'ColumnRef')?.fields).at(-1) ?? null;
}
