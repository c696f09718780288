/** What the schema is after a statement: only what later predictions look at. */
import type { CreateStmt, IndexStmt, Node, RangeVar } from '@pgsql/types';
import { all, as, columnsIn, find, keyOf, relationOf, tagOf, typeNameOf, words, type Of, type Tag } from './ast';
import { columnsDefined, constraintsOf } from './constraints';
import { indexName, inSchema, publishedTables } from './create';
import { alterTable } from './evolve-alter';
import { columnOf, keepIndexOf } from './evolve-columns';
import { moveName, renameObject } from './evolve-names';
import { alterEnum, createDomain, createFunction, dropObjects } from './evolve-types';
import type { ScriptContext } from './facts';
import { readTables } from './queries';
import { emptyTable, type Index, type Policy, type Table, type Trigger } from './schema';
import { endLocalZone, followZone } from './time-zone';

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
  CreatePublicationStmt: ({ pubname = '', pubobjects }, { schema }) => {
    schema.publications.set(pubname, publishedTables(pubobjects));
  },
  AlterPublicationStmt: ({ pubname = '', action, pubobjects }, { schema }) => {
    const named = publishedTables(pubobjects);
    const known = schema.publications.get(pubname) ?? [];
    const left = known.filter((table) => !named.some((each) => keyOf(each) === keyOf(table)));
    if (action === 'AP_SetObjects') schema.publications.set(pubname, named);
    else schema.publications.set(pubname, action === 'AP_DropObjects' ? left : [...left, ...named]);
  },
  CreateTrigStmt: ({ trigname: name = '', relation, funcname, row, columns, whenClause }, { schema }) => {
    const named = [...words(columns), ...columnsIn(whenClause)];
    const trigger: Trigger = { name, function: words(funcname).join('.'), row: row === true, columns: named };
    schema.changeTable(relationOf(relation), ({ triggers }) => ({
      triggers: [...triggers.filter((each) => each.name !== name), trigger],
    }));
  },
  CreatePolicyStmt: ({ policy_name: name = '', table, qual, with_check }, { schema }) => {
    const policy: Policy = { name, using: ownColumns(qual, table), check: ownColumns(with_check, table) };
    schema.changeTable(relationOf(table), ({ policies }) => ({ policies: [...policies, policy] }));
  },
  AlterPolicyStmt: ({ policy_name: name = '', table, qual, with_check }, { schema }) => {
    const change = {
      ...(qual ? { using: ownColumns(qual, table) } : {}),
      ...(with_check ? { check: ownColumns(with_check, table) } : {}),
    };
    schema.changeTable(relationOf(table), ({ policies }) => ({
      policies: policies.map((each) => (each.name === name ? { ...each, ...change } : each)),
    }));
  },
  CreateEnumStmt: ({ typeName, vals }, { schema }) => {
    schema.enums.set(keyOf(words(typeName).join('.')), words(vals));
  },
  AlterEnumStmt: (statement, { schema }) => alterEnum(statement, schema),
  CreateDomainStmt: (statement, { schema }) => createDomain(statement, schema),
  CreateFunctionStmt: (statement, { schema }) => createFunction(statement, schema),
  CreateSchemaStmt: ({ schemaElts, schemaname }, script) => {
    for (const element of schemaElts ?? []) learnNode(inSchema(element, schemaname), script);
  },
  SelectStmt: ({ intoClause }, script) => {
    if (intoClause) created(emptyTable(relationOf(intoClause.rel)), script);
  },
  VariableSetStmt: followZone,
  TransactionStmt: ({ kind }, script) => {
    if (kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK') endLocalZone(script);
  },
  AlterTableStmt: alterTable,
  RenameStmt: renameObject,
  AlterObjectSchemaStmt: ({ relation, newschema }, { schema, created: names }) => {
    if (!relation) return;
    const moved = `${newschema}.${relation.relname}`;
    schema.renameTable(relationOf(relation), moved);
    moveName(names, relationOf(relation), moved);
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
  for (const column of columnsDefined(statement.tableElts)) columns.set(column.colname ?? '', columnOf(column, name));
  for (const column of constraints.filter(({ kind }) => kind === 'primary').flatMap((key) => key.columns)) {
    const known = columns.get(column);
    if (known) columns.set(column, { ...known, notNull: true });
  }
  const partitioned = statement.partspec !== undefined;
  const partitionKey = columnsIn(statement.partspec?.partParams);
  const defaultPartition = statement.partbound?.is_default === true;
  const ofType = typeNameOf(statement.ofTypename) || null;
  created(
    { ...emptyTable(name), columns, constraints, parents, partitioned, partitionKey, defaultPartition, ofType },
    script,
  );
  for (const constraint of constraints) keepIndexOf(constraint, name, script);
}

function indexOf(statement: IndexStmt): Index {
  return {
    name: indexName(statement),
    table: relationOf(statement.relation),
    columns: all(statement.indexParams, 'IndexElem').map(({ name }) => name ?? null),
    mentions: mentionedBy(statement),
    unique: statement.unique === true,
    partial: statement.whereClause !== undefined,
  };
}

/** Columns that are named alone or behind the table's own name: a subquery's qualified ones are another table's. */
function ownColumns(condition: Node | undefined, table: RangeVar | undefined): string[] {
  const named = find(condition, 'ColumnRef').map(({ fields }) => words(fields));
  return named.flatMap((path) => (path.length === 1 || path.at(-2) === table?.relname ? path.slice(-1) : []));
}

function mentionedBy({ indexParams, whereClause, indexIncludingParams }: IndexStmt): string[] {
  const expressions = all(indexParams, 'IndexElem').flatMap(({ expr }) => expr ?? []);
  const included = all(indexIncludingParams, 'IndexElem').flatMap(({ name }) => name ?? []);
  return expressions.length === 0 && !whereClause ? included : [...included, ...columnsIn([expressions, whereClause])];
}
