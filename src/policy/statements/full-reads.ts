/** What a query goes over from end to end, as far as its form tells: tables that no LIMIT and no key cuts short. */
import type { Node, SelectStmt } from '@pgsql/types';
import { all, as, find, relationOf, words } from './ast';
import { conjuncts, namesRows } from './conditions';
import type { Schema } from './schema';

/** Those in the FROM of a query and of its CTEs; of a view, the tables behind it. */
export function readWhole(query: Node | undefined, schema: Schema, hidden: readonly string[] = []): string[] {
  const select = as(query, 'SelectStmt');
  if (!select) return [];
  const ctes = all(select.withClause?.ctes, 'CommonTableExpr');
  const names = [...hidden, ...ctes.map(({ ctename = '' }) => ctename)];
  const own = [select, ...sides(select)].flatMap((each) =>
    isShort(each, schema) ? [] : readFrom(each, schema, names),
  );
  return [...own, ...ctes.flatMap(({ ctequery }) => readWhole(ctequery, schema, names))];
}

/** The queries that UNION and its like join. */
function sides({ larg, rarg }: SelectStmt): SelectStmt[] {
  return [larg, rarg].flatMap((each) => (each ? [each, ...sides(each)] : []));
}

function isShort(
  { limitCount, fromClause, whereClause, targetList, groupClause }: SelectStmt,
  schema: Schema,
): boolean {
  const conditions = conjuncts(whereClause);
  return (
    limitCount !== undefined ||
    (!groupClause && isOneEnd(targetList)) ||
    find(fromClause, 'RangeVar').some((range) => namesRows(conditions, range, schema))
  );
}

const OVER_ALL = new Set(['count', 'sum', 'avg', 'array_agg', 'string_agg', 'json_agg', 'jsonb_agg']);

/** `max(id)` is read from an index. */
function isOneEnd(targets: Node[] | undefined): boolean {
  const calls = find(targets, 'FuncCall').map(({ funcname }) => words(funcname).at(-1) ?? '');
  return calls.some((name) => name === 'max' || name === 'min') && !calls.some((name) => OVER_ALL.has(name));
}

function readFrom({ fromClause }: SelectStmt, schema: Schema, hidden: readonly string[]): string[] {
  return (fromClause ?? []).flatMap((item) => readItem(item, schema, hidden));
}

function readItem(item: Node, schema: Schema, hidden: readonly string[]): string[] {
  const join = as(item, 'JoinExpr');
  if (join) return [join.larg, join.rarg].flatMap((side) => (side ? readItem(side, schema, hidden) : []));
  const range = as(item, 'RangeVar');
  if (!range) return readWhole(as(item, 'RangeSubselect')?.subquery, schema, hidden);
  const isCatalog = range.schemaname === 'information_schema' || (range.schemaname ?? range.relname)?.startsWith('pg_');
  if (isCatalog || (range.schemaname === undefined && hidden.includes(range.relname ?? ''))) return [];
  const name = relationOf(range);
  return schema.table(name)?.kind === 'view' ? schema.readsBehind(name).map((table) => table.name) : [name];
}
