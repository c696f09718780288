/** Constraints as the schema keeps them, with the names that PostgreSQL makes up for nameless ones. */
import type { ColumnDef, Constraint as ConstraintNode, Node } from '@pgsql/types';
import { all, as, columnsIn, relationOf, words } from './ast';
import { columnConstraints } from './columns';
import type { Constraint, Table } from './schema';

const KINDS: Partial<Record<NonNullable<ConstraintNode['contype']>, { kind: Constraint['kind']; suffix: string }>> = {
  CONSTR_PRIMARY: { kind: 'primary', suffix: 'pkey' },
  CONSTR_UNIQUE: { kind: 'unique', suffix: 'key' },
  CONSTR_FOREIGN: { kind: 'foreign', suffix: 'fkey' },
  CONSTR_CHECK: { kind: 'check', suffix: 'check' },
  CONSTR_EXCLUSION: { kind: 'exclusion', suffix: 'excl' },
  CONSTR_NOTNULL: { kind: 'not-null', suffix: 'not_null' },
};

/** Its name, or PostgreSQL's choice: `table_column_fkey`. */
export function constraintName(node: ConstraintNode, table: string, inlineColumns: string[] = []): string {
  if (node.conname) return node.conname;
  const kind = KINDS[node.contype ?? 'CONSTR_CHECK'];
  const columns = columnsOf(node, inlineColumns);
  // A primary key's name leaves its columns out, and a check's names them only when there is one.
  const named = kind?.kind === 'primary' || (kind?.kind === 'check' && columns.length !== 1) ? [] : columns;
  return [table.split('.').at(-1), ...named, kind?.suffix].join('_');
}

/** The constraint as the schema keeps it; null for those that are part of a column (defaults, identity, NULL). */
export function constraintOf(
  node: ConstraintNode,
  table: Pick<Table, 'name' | 'constraints'>,
  inlineColumns: string[] = [],
): Constraint | null {
  const kind = KINDS[node.contype ?? 'CONSTR_DEFAULT']?.kind;
  if (!kind) return null;
  const columns = columnsOf(node, inlineColumns);
  return {
    name: unused(constraintName(node, table.name, inlineColumns), table.constraints),
    kind,
    columns,
    references: kind === 'foreign' ? relationOf(node.pktable) : null,
    referencedColumns: words(node.pk_attrs),
    valid: !node.skip_validation,
    provesNotNull: provenNotNull(node, columns),
    limits: node.contype === 'CONSTR_CHECK' ? limited(node.raw_expr) : [],
  };
}

/** All constraints a CREATE TABLE writes, behind its columns or on their own. */
export function constraintsOf(elements: Node[] | undefined, table: string): Constraint[] {
  const made: Constraint[] = [];
  const push = (node: ConstraintNode, inline: string[]): void => {
    const constraint = constraintOf(node, { name: table, constraints: made }, inline);
    // NOT VALID means nothing here: there is no row yet that was not checked.
    if (constraint) made.push({ ...constraint, valid: constraint.valid || node.is_enforced === true });
  };
  for (const element of elements ?? []) {
    const column = as(element, 'ColumnDef');
    const alone = as(element, 'Constraint');
    if (column) for (const node of columnConstraints(column)) push(node, [column.colname ?? '']);
    if (alone) push(alone, []);
  }
  return made;
}

export function columnsDefined(elements: Node[] | undefined): ColumnDef[] {
  return all(elements, 'ColumnDef');
}

function columnsOf(node: ConstraintNode, inlineColumns: string[]): string[] {
  if (node.contype === 'CONSTR_CHECK') return [...new Set(columnsIn(node.raw_expr))];
  const written = node.contype === 'CONSTR_FOREIGN' ? words(node.fk_attrs) : words(node.keys);
  return written.length > 0 ? written : inlineColumns;
}

/** `CHECK (column IS NOT NULL)`, alone or joined with AND, lets SET NOT NULL skip its scan. */
function provenNotNull(node: ConstraintNode, columns: string[]): string[] {
  if (node.contype === 'CONSTR_NOTNULL') return columns;
  return node.contype === 'CONSTR_CHECK' && node.raw_expr ? testedNotNull(node.raw_expr) : [];
}

function testedNotNull(expression: Node): string[] {
  const both = as(expression, 'BoolExpr');
  if (both?.boolop === 'AND_EXPR') return (both.args ?? []).flatMap(testedNotNull);
  const test = as(expression, 'NullTest');
  return test?.nulltesttype === 'IS_NOT_NULL' ? words(as(test.arg, 'ColumnRef')?.fields).slice(-1) : [];
}

/** Columns in a check, but for those that stand there only as `column IS NOT NULL`. */
function limited(expression: Node | undefined): string[] {
  const both = as(expression, 'BoolExpr');
  if (both?.boolop === 'AND_EXPR') return (both.args ?? []).flatMap(limited);
  return as(expression, 'NullTest') ? [] : columnsIn(expression);
}

function unused(name: string, taken: readonly Constraint[]): string {
  const free = (candidate: string): boolean => !taken.some((each) => each.name === candidate);
  if (free(name)) return name;
  let number = 1;
  while (!free(`${name}${number}`)) number++;
  return `${name}${number}`;
}
