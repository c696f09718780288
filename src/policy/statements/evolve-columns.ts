/** Columns, and the indexes behind constraints, as the schema keeps them. */
import type { ColumnDef } from '@pgsql/types';
import { keyOf } from './ast';
import { hasConstraint } from './columns';
import type { ScriptContext } from './facts';
import type { Column, Constraint } from './schema';
import { columnType, isSerial } from './types';

export function columnOf(column: ColumnDef): Column {
  const notNull =
    hasConstraint(column, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY') || isSerial(column.typeName);
  const type = columnType(column.typeName);
  return {
    name: column.colname ?? '',
    type,
    notNull,
    defaultType: hasConstraint(column, 'CONSTR_DEFAULT') || isSerial(column.typeName) ? type.name : null,
  };
}

/** Keys and exclusions live in an index of the constraint's name. */
export function keepIndexOf({ kind, name, columns }: Constraint, table: string, script: ScriptContext): void {
  if (kind !== 'primary' && kind !== 'unique' && kind !== 'exclusion') return;
  const schemaName = table.split('.').slice(0, -1);
  const index = [...schemaName, name].join('.');
  script.schema.setIndex({ name: index, table, columns, unique: kind !== 'exclusion', partial: false });
  script.created.add(keyOf(index));
}
