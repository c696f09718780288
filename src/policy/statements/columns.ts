/** What a column definition does to the rows that are already there. */
import type { ColumnDef, Constraint, Node } from '@pgsql/types';
import { all, as, keyOf } from './ast';
import { volatileFunction } from './expressions';
import type { Schema } from './schema';
import { columnType, isSerial } from './types';

/** Why adding a column writes every row. */
export type RewriteCause =
  | { cause: 'volatile-default'; function: string }
  | { cause: 'stored-generated' | 'identity' | 'serial' | 'constrained-domain' };

export function columnConstraints(column: ColumnDef): Constraint[] {
  return all(column.constraints, 'Constraint');
}

export function hasConstraint(column: ColumnDef, ...types: NonNullable<Constraint['contype']>[]): boolean {
  return columnConstraints(column).some(({ contype }) => contype !== undefined && types.includes(contype));
}

/** The DEFAULT expression, unless it is NULL, which is no default at all. */
export function defaultOf(column: ColumnDef): Node | undefined {
  const value = columnConstraints(column).find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr;
  return as(value, 'A_Const')?.isnull ? undefined : value;
}

export function addColumnRewrite(column: ColumnDef, schema: Schema): RewriteCause | null {
  if (isSerial(column.typeName)) return { cause: 'serial' };
  if (hasConstraint(column, 'CONSTR_IDENTITY')) return { cause: 'identity' };
  const generated = columnConstraints(column).find(({ contype }) => contype === 'CONSTR_GENERATED');
  if (generated?.generated_kind === 's') return { cause: 'stored-generated' };
  const type = columnType(column.typeName);
  // An array of a domain holds no value of it yet.
  if (!type.array && schema.domains.get(keyOf(type.name))?.constrained) return { cause: 'constrained-domain' };
  const volatile = volatileFunction(defaultOf(column), schema);
  return volatile === null ? null : { cause: 'volatile-default', function: volatile };
}

/** NOT NULL and nothing to fill the old rows with: the statement fails on the first of them. */
export function lacksValue(column: ColumnDef): boolean {
  const required = hasConstraint(column, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY');
  const filled =
    defaultOf(column) !== undefined ||
    isSerial(column.typeName) ||
    hasConstraint(column, 'CONSTR_IDENTITY', 'CONSTR_GENERATED');
  return required && !filled;
}

/** A foreign key on a new column without a default has nothing to check, and PostgreSQL knows it. */
export function inlineKeyIsChecked(column: ColumnDef): boolean {
  return defaultOf(column) !== undefined || isSerial(column.typeName);
}
