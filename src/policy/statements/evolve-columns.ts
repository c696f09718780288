/** Columns, and the indexes behind constraints, as the schema keeps them. */
import type { ColumnDef, Node } from '@pgsql/types';
import { as, columnsIn, find, keyOf, words } from './ast';
import { columnConstraints, defaultOf, hasConstraint } from './columns';
import type { ScriptContext } from './facts';
import type { Column, Constraint } from './schema';
import { columnType, isSerial } from './types';

/** @param table its name gives a serial or identity column's sequence its own. */
export function columnOf(column: ColumnDef, table: string): Column {
  const notNull =
    hasConstraint(column, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY') || isSerial(column.typeName);
  const type = columnType(column.typeName);
  const generated = columnConstraints(column).find(({ contype }) => contype === 'CONSTR_GENERATED');
  return {
    name: column.colname ?? '',
    type,
    collation: collationOf(column),
    notNull,
    defaultType: hasConstraint(column, 'CONSTR_DEFAULT') || isSerial(column.typeName) ? type.name : null,
    sequence:
      isSerial(column.typeName) || hasConstraint(column, 'CONSTR_IDENTITY')
        ? ownSequence(table, column.colname ?? '')
        : sequenceIn(defaultOf(column)),
    computedFrom: generated ? columnsIn(generated.raw_expr) : [],
  };
}

/** The collation that a definition writes behind its type. */
export function collationOf({ collClause }: ColumnDef): string | null {
  return collClause ? words(collClause.collname).join('.') : null;
}

/** The name that PostgreSQL gives to the sequence of a serial or identity column. */
export function ownSequence(table: string, column: string): string {
  return `${table}_${column}_seq`;
}

/** `nextval('"User_id_seq"'::regclass)` -> `User_id_seq` */
export function sequenceIn(expression: Node | undefined): string | null {
  const call = find(expression, 'FuncCall').find(({ funcname }) => words(funcname).at(-1) === 'nextval');
  const argument = as(as(call?.args?.[0], 'TypeCast')?.arg, 'A_Const') ?? as(call?.args?.[0], 'A_Const');
  return argument?.sval?.sval?.replaceAll('"', '') ?? null;
}

/** Keys and exclusions live in an index of the constraint's name. */
export function keepIndexOf({ kind, name, columns }: Constraint, table: string, script: ScriptContext): void {
  if (kind !== 'primary' && kind !== 'unique' && kind !== 'exclusion') return;
  const schemaName = table.split('.').slice(0, -1);
  const index = [...schemaName, name].join('.');
  script.schema.setIndex({ name: index, table, columns, mentions: [], unique: kind !== 'exclusion', partial: false });
  script.created.add(keyOf(index));
}
