/** What the schema is after a statement: only what later predictions look at. */
import type { AlterTableCmd, AlterTableStmt, ColumnDef, CreateStmt, IndexStmt, Node, RenameStmt } from '@pgsql/types';
import { all, as, find, keyOf, nameParts, relationOf, tagOf, words, type Of, type Tag } from './ast';
import { hasConstraint } from './columns';
import { columnsDefined, constraintOf, constraintsOf } from './constraints';
import { indexName } from './create';
import { alterEnum, createDomain, createFunction, dropObjects } from './evolve-types';
import type { ScriptContext } from './facts';
import { readTables } from './queries';
import { renameObject } from './evolve-names';
import { emptyTable, type Column, type Constraint, type Schema, type Table } from './schema';
import { columnType, isSerial } from './types';

type Learners = { [T in Tag]?: (statement: Of<T>, script: ScriptContext) => void };

const LEARNERS: Learners = {
  CreateStmt: createTable,
  CreateForeignTableStmt: ({ base }, script) => {
    if (base) createTable(base, script);
  },
  CreateTableAsStmt: ({ into, query, objtype }, script) => {
    const kind = objtype === 'OBJECT_MATVIEW' ? 'materialized view' : 'table';
    created({ ...emptyTable(relationOf(into?.rel), kind), ...(kind === 'table' ? {} : dependenciesOf(query)) }, script);
  },
  ViewStmt: ({ view, query }, script) => {
    if (!script.schema.table(relationOf(view)))
      created({ ...emptyTable(relationOf(view), 'view'), ...dependenciesOf(query) }, script);
  },
  CreateSeqStmt: ({ sequence }, script) => created(emptyTable(relationOf(sequence), 'sequence'), script),
  IndexStmt: (statement, { schema, created: names }) => {
    schema.setIndex(indexOf(statement));
    names.add(keyOf(indexName(statement)));
  },
  CreateStatsStmt: ({ defnames, relations }, { schema }) => {
    schema.statistics.set(keyOf(words(defnames).join('.')), relationOf(all(relations, 'RangeVar')[0]));
  },
  CreateTrigStmt: ({ trigname, relation, funcname }, { schema }) => {
    const table = relationOf(relation);
    schema.triggers.set(keyOf(`${table}.${trigname}`), { table, function: words(funcname).join('.') });
  },
  CreateEnumStmt: ({ typeName, vals }, { schema }) => {
    schema.enums.set(keyOf(words(typeName).join('.')), words(vals));
  },
  AlterEnumStmt: (statement, { schema }) => alterEnum(statement, schema),
  CreateDomainStmt: (statement, { schema }) => createDomain(statement, schema),
  CreateFunctionStmt: (statement, { schema }) => createFunction(statement, schema),
  CreateSchemaStmt: ({ schemaElts }, script) => {
    for (const element of schemaElts ?? []) learnNode(element, script);
  },
  AlterTableStmt: alterTable,
  RenameStmt: (statement: RenameStmt, script) => renameObject(statement, script),
  AlterObjectSchemaStmt: ({ relation, newschema }, { schema }) => {
    if (relation) schema.renameTable(relationOf(relation), `${newschema}.${relation.relname}`);
  },
  DropStmt: (statement, { schema }) => dropObjects(statement, schema),
};

/** Advances the context past a statement. */
export function learnNode(node: Node, script: ScriptContext): void {
  const tag = tagOf(node);
  const learner = LEARNERS[tag] as ((statement: unknown, script: ScriptContext) => void) | undefined;
  learner?.(as(node, tag), script);
}

function created(table: Table, { schema, created: names }: ScriptContext): void {
  schema.setTable(table);
  names.add(keyOf(table.name));
}

function dependenciesOf(query: Node | undefined): Pick<Table, 'reads' | 'mentions'> {
  const columns = find(query, 'ColumnRef').map(({ fields }) =>
    as(fields?.at(-1), 'A_Star') ? '*' : (words(fields).at(-1) ?? ''),
  );
  return { reads: readTables(query), mentions: columns };
}

function createTable(statement: CreateStmt, script: ScriptContext): void {
  const name = relationOf(statement.relation);
  if (statement.if_not_exists && script.schema.table(name)) return;
  const parents = all(statement.inhRelations, 'RangeVar').map(relationOf);
  const inherited = parents.map((parent) => script.schema.table(parent));
  const like = all(statement.tableElts, 'TableLikeClause').map(({ relation }) =>
    script.schema.table(relationOf(relation)),
  );
  const constraints = [
    ...inherited.flatMap((parent) => parent?.constraints ?? []),
    ...constraintsOf(statement.tableElts, name),
  ];
  const columns = new Map([...inherited, ...like].flatMap((parent) => [...(parent?.columns ?? [])]));
  for (const column of columnsDefined(statement.tableElts)) columns.set(column.colname ?? '', columnOf(column));
  for (const column of constraints.filter(({ kind }) => kind === 'primary').flatMap((key) => key.columns)) {
    const known = columns.get(column);
    if (known) columns.set(column, { ...known, notNull: true });
  }
  const partitioned = statement.partspec !== undefined;
  const defaultPartition = statement.partbound?.is_default === true;
  created({ ...emptyTable(name), columns, constraints, parents, partitioned, defaultPartition }, script);
  for (const constraint of constraints) keepIndexOf(constraint, name, script);
}

function columnOf(column: ColumnDef): Column {
  const notNull =
    hasConstraint(column, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY') || isSerial(column.typeName);
  const type = columnType(column.typeName);
  return {
    name: column.colname ?? '',
    type,
    notNull,
    defaultType: hasConstraint(column, 'CONSTR_DEFAULT') ? type.name : null,
  };
}

/** Keys and exclusions live in an index of the constraint's name. */
function keepIndexOf({ kind, name, columns }: Constraint, table: string, script: ScriptContext): void {
  if (kind !== 'primary' && kind !== 'unique' && kind !== 'exclusion') return;
  const schemaName = table.split('.').slice(0, -1);
  const index = [...schemaName, name].join('.');
  script.schema.setIndex({ name: index, table, columns, unique: kind !== 'exclusion', partial: false });
  script.created.add(keyOf(index));
}

function indexOf(statement: IndexStmt): Parameters<Schema['setIndex']>[0] {
  return {
    name: indexName(statement),
    table: relationOf(statement.relation),
    columns: all(statement.indexParams, 'IndexElem').map(({ name }) => name ?? null),
    unique: statement.unique === true,
    partial: statement.whereClause !== undefined,
  };
}

function alterTable(statement: AlterTableStmt, script: ScriptContext): void {
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
      columns: new Map(columns).set(column.colname ?? '', columnOf(column)),
    }));
    for (const node of all(column.constraints, 'Constraint'))
      addConstraint(node, table, script, [column.colname ?? '']);
  },
  AT_DropColumn: ({ name = '' }, table, { schema }) => dropColumn(name, table, schema),
  AT_AlterColumnType: ({ name = '', def }, table, { schema }) =>
    changeColumn(name, table, schema, { type: columnType(as(def, 'ColumnDef')?.typeName) }),
  AT_ColumnDefault: ({ name = '', def }, table, { schema }) =>
    changeColumn(name, table, schema, {
      defaultType: def ? (schema.table(table)?.columns.get(name)?.type.name ?? null) : null,
    }),
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
      parents: [...parents, nameParts(def).join('.') || relationOf(as(def, 'RangeVar'))],
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
    notNull: false,
    defaultType: null,
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
  for (const index of schema.indexesOf(table)) if (index.columns.includes(name)) schema.dropIndex(index.name);
}
