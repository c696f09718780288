/** RENAME: what was known under the old name is known under the new one. */
import type { RenameStmt } from '@pgsql/types';
import { keyOf, nameParts, relationOf } from './ast';
import type { ScriptContext } from './facts';
import type { Schema, Table } from './schema';
import type { SharedMap } from './shared-map';

export function renameObject(statement: RenameStmt, script: ScriptContext): void {
  const to = statement.newname ?? '';
  const relation = relationOf(statement.relation);
  // The new name stands without a schema: the object stays in its own.
  const renamed = relationOf({ ...statement.relation, relname: to });
  switch (statement.renameType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
    case 'OBJECT_FOREIGN_TABLE':
      script.schema.renameTable(relation, renamed);
      moveName(script.created, relation, renamed);
      break;
    case 'OBJECT_INDEX':
      renameIndex(relation, renamed, script.schema);
      moveName(script.created, relation, renamed);
      break;
    case 'OBJECT_COLUMN':
      renameColumn(relation, statement.subname ?? '', to, script.schema);
      break;
    case 'OBJECT_TABCONSTRAINT':
      renameConstraint(relation, statement.subname ?? '', to, script.schema);
      break;
    case 'OBJECT_TRIGGER':
      renameOnTable('triggers', relation, statement.subname ?? '', to, script.schema);
      break;
    case 'OBJECT_POLICY':
      renameOnTable('policies', relation, statement.subname ?? '', to, script.schema);
      break;
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      renameType(nameParts(statement.object).join('.'), to, script.schema);
      break;
    default:
  }
}

/** A name in the schema of a table or type. */
export function sibling(name: string, to: string): string {
  return [...name.split('.').slice(0, -1), to].join('.');
}

export function moveName(names: Set<string>, from: string, to: string): void {
  if (names.delete(keyOf(from))) names.add(keyOf(to));
  // An old relation may now bear a name that the script made before.
  else names.delete(keyOf(to));
}

function renameIndex(from: string, to: string, schema: Schema): void {
  const index = schema.index(from);
  if (!index) return;
  schema.dropIndex(from);
  schema.setIndex({ ...index, name: to });
}

function renameColumn(table: string, from: string, to: string, schema: Schema): void {
  const swap = (columns: readonly string[]): string[] => columns.map((column) => (column === from ? to : column));
  const known = schema.table(table);
  if (!known) return;
  schema.changeTable(table, () => ({
    partitionKey: swap(known.partitionKey),
    columns: new Map(
      [...known.columns].map(([name, column]) => {
        const renamed = name === from ? to : name;
        return [renamed, { ...column, name: renamed, computedFrom: swap(column.computedFrom) }];
      }),
    ),
    triggers: known.triggers.map((each) => ({ ...each, columns: swap(each.columns) })),
    policies: known.policies.map((each) => ({ ...each, using: swap(each.using), check: swap(each.check) })),
    constraints: known.constraints.map((each) => ({
      ...each,
      columns: swap(each.columns),
      provesNotNull: swap(each.provesNotNull),
      limits: swap(each.limits),
    })),
  }));
  for (const index of schema.indexesOf(table)) {
    const columns = index.columns.map((column) => (column === from ? to : column));
    schema.setIndex({ ...index, columns, mentions: swap(index.mentions) });
  }
}

function renameConstraint(table: string, from: string, to: string, schema: Schema): void {
  renameOnTable('constraints', table, from, to, schema);
  renameIndex(sibling(table, from), sibling(table, to), schema);
}

function renameOnTable(
  list: 'constraints' | 'triggers' | 'policies',
  table: string,
  from: string,
  to: string,
  schema: Schema,
): void {
  schema.changeTable(table, (known) => ({
    [list]: known[list].map((each) => (each.name === from ? { ...each, name: to } : each)),
  }));
}

/** Columns keep their type under its new name: Prisma swaps an enum for its successor this way. */
function renameType(from: string, to: string, schema: Schema): void {
  const renamed = sibling(from, to);
  for (const types of [schema.enums, schema.domains] as SharedMap<unknown>[]) {
    const known = types.get(keyOf(from));
    types.delete(keyOf(from));
    if (known !== undefined) types.set(keyOf(renamed), known);
  }
  for (const table of schema.tablesWithType(from))
    schema.setTable({ ...table, columns: retyped(table, from, renamed) });
}

function retyped(table: Table, from: string, to: string): Table['columns'] {
  return new Map(
    [...table.columns].map(([name, column]) => [
      name,
      keyOf(column.type.name) === keyOf(from) ? { ...column, type: { ...column.type, name: to } } : column,
    ]),
  );
}
