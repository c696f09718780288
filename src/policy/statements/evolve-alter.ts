/** What ALTER TABLE leaves behind, subcommand by subcommand. */
import type { AlterTableCmd, AlterTableStmt } from '@pgsql/types';
import { all, as, columnsIn, keyOf, relationOf } from './ast';
import { constraintOf } from './constraints';
import { collationOf, columnOf, keepIndexOf, ownSequence, sequenceIn } from './evolve-columns';
import type { ScriptContext } from './facts';
import { emptyTable, type Column, type Schema } from './schema';
import { columnType } from './types';

export function alterTable(statement: AlterTableStmt, script: ScriptContext): void {
  if (statement.objtype !== 'OBJECT_TABLE' && statement.objtype !== 'OBJECT_FOREIGN_TABLE') return;
  const table = relationOf(statement.relation);
  for (const command of all(statement.cmds, 'AlterTableCmd'))
    CHANGES[command.subtype ?? 'AT_AddOf']?.(command, table, script);
}

const CHANGES: Partial<
  Record<NonNullable<AlterTableCmd['subtype']>, (command: AlterTableCmd, table: string, script: ScriptContext) => void>
> = {
  AT_AddColumn: ({ def }, table, script) => {
    const column = as(def, 'ColumnDef');
    if (!column || script.schema.table(table)?.columns.has(column.colname ?? '')) return;
    script.schema.changeTable(table, ({ columns }) => ({
      columns: new Map(columns).set(column.colname ?? '', columnOf(column, table)),
    }));
    for (const node of all(column.constraints, 'Constraint'))
      addConstraint(node, table, script, [column.colname ?? '']);
  },
  AT_DropColumn: ({ name = '' }, table, { schema }) => dropColumn(name, table, schema),
  AT_AlterColumnType: ({ name = '', def }, table, { schema }) =>
    changeColumn(name, table, schema, {
      type: columnType(as(def, 'ColumnDef')?.typeName),
      collation: collationOf(as(def, 'ColumnDef') ?? {}),
    }),
  AT_ColumnDefault: ({ name = '', def }, table, { schema }) =>
    changeColumn(name, table, schema, {
      defaultType: def ? (schema.table(table)?.columns.get(name)?.type.name ?? null) : null,
      sequence: sequenceIn(def),
    }),
  AT_AddIdentity: ({ name = '' }, table, { schema }) =>
    changeColumn(name, table, schema, { sequence: ownSequence(table, name) }),
  AT_DropIdentity: ({ name = '' }, table, { schema }) => changeColumn(name, table, schema, { sequence: null }),
  AT_DropExpression: ({ name = '' }, table, { schema }) => changeColumn(name, table, schema, { computedFrom: [] }),
  AT_SetExpression: ({ name = '', def }, table, { schema }) =>
    changeColumn(name, table, schema, { computedFrom: columnsIn(def) }),
  AT_SetNotNull: ({ name = '' }, table, { schema }) => changeColumn(name, table, schema, { notNull: true }),
  AT_DropNotNull: ({ name = '' }, table, { schema }) => changeColumn(name, table, schema, { notNull: false }),
  AT_AddConstraint: ({ def }, table, script) => addConstraint(as(def, 'Constraint') ?? {}, table, script),
  AT_ValidateConstraint: ({ name }, table, { schema }) =>
    schema.changeTable(table, ({ constraints }) => ({
      constraints: constraints.map((each) => (each.name === name ? { ...each, valid: true } : each)),
    })),
  AT_DropConstraint: ({ name = '' }, table, { schema }) => {
    schema.changeTable(table, ({ constraints }) => ({ constraints: constraints.filter((each) => each.name !== name) }));
    schema.dropIndex([...table.split('.').slice(0, -1), name].join('.'));
  },
  AT_AttachPartition: ({ def }, table, { schema }) => {
    const partition = as(def, 'PartitionCmd');
    schema.changeTable(relationOf(partition?.name), () => ({
      parents: [table],
      defaultPartition: partition?.bound?.is_default === true,
    }));
  },
  AT_DetachPartition: ({ def }, _table, { schema }) =>
    schema.changeTable(relationOf(as(def, 'PartitionCmd')?.name), () => ({ parents: [], defaultPartition: false })),
  AT_AddInherit: ({ def }, table, { schema }) =>
    schema.changeTable(table, ({ parents }) => ({
      parents: [...parents, relationOf(as(def, 'RangeVar'))],
    })),
  AT_DropInherit: ({ def }, table, { schema }) =>
    schema.changeTable(table, ({ parents }) => ({
      parents: parents.filter((parent) => keyOf(parent) !== keyOf(relationOf(as(def, 'RangeVar')))),
    })),
};

function changeColumn(name: string, table: string, schema: Schema, change: Partial<Column>): void {
  const known = schema.table(table)?.columns.get(name) ?? {
    name,
    type: { name: '', modifiers: [], array: false },
    collation: null,
    notNull: false,
    defaultType: null,
    sequence: null,
    computedFrom: [],
  };
  schema.changeTable(table, ({ columns }) => ({ columns: new Map(columns).set(name, { ...known, ...change }) }));
}

function addConstraint(
  node: Parameters<typeof constraintOf>[0],
  table: string,
  script: ScriptContext,
  inline: string[] = [],
): void {
  const constraint = constraintOf(node, script.schema.table(table) ?? emptyTable(table), inline);
  if (!constraint) return;
  script.schema.changeTable(table, ({ constraints }) => ({ constraints: [...constraints, constraint] }));
  if (constraint.kind === 'primary')
    for (const column of constraint.columns) changeColumn(column, table, script.schema, { notNull: true });
  if (constraint.kind === 'not-null' && constraint.valid)
    for (const column of constraint.columns) changeColumn(column, table, script.schema, { notNull: true });
  keepIndexOf(constraint, table, script);
}

function dropColumn(name: string, table: string, schema: Schema): void {
  schema.changeTable(table, ({ columns, constraints }) => ({
    columns: new Map([...columns].filter(([column]) => column !== name)),
    constraints: constraints.filter((each) => !each.columns.includes(name)),
  }));
  for (const index of schema.indexesOf(table))
    if (index.columns.includes(name) || index.mentions.includes(name)) schema.dropIndex(index.name);
}
