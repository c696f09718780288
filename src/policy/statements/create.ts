/** CREATE statements: what they add, and what they lock of what is there. */
import type { CreateStmt, IndexStmt, Node } from '@pgsql/types';
import { addForeignKey, compareWithDefault, lockKeysOfPartition } from './alter-table';
import { all, as, relationOf, words } from './ast';
import { columnConstraints } from './columns';
import { columnsDefined, constraintName } from './constraints';
import type { Describers } from './describers';
import type { Draft } from './facts';
import { lockReads, scanReads } from './queries';

export const CREATE: Describers = {
  CreateStmt: createTable,
  IndexStmt: createIndex,
  CreateEnumStmt: ({ typeName }, draft) => {
    draft.creates.enums.push(words(typeName).join('.'));
  },
  CreateTableAsStmt: ({ into, query, objtype }, draft) => {
    draft.make(relationOf(into?.rel));
    if (objtype === 'OBJECT_TABLE') draft.creates.tables.push(relationOf(into?.rel));
    lockReads(query, draft);
    if (!into?.skipData) scanReads(query, draft);
  },
  ViewStmt: ({ view, query }, draft) => {
    draft.make(relationOf(view));
    lockReads(query, draft);
  },
  CreateTrigStmt: ({ relation, row }, draft) => {
    draft.locks.add(relationOf(relation), 'ShareRowExclusiveLock');
    if (row) draft.lockBelow(relationOf(relation), 'ShareRowExclusiveLock');
  },
  RuleStmt: ({ relation }, draft) => draft.locks.add(relationOf(relation), 'AccessExclusiveLock'),
  CreatePolicyStmt: ({ table }, draft) => draft.locks.add(relationOf(table), 'AccessExclusiveLock'),
  CreateStatsStmt: ({ relations }, draft) => {
    for (const range of all(relations, 'RangeVar')) draft.locks.add(relationOf(range), 'ShareUpdateExclusiveLock');
  },
  CreatePublicationStmt: ({ pubobjects }, draft) => {
    for (const table of publishedTables(pubobjects)) draft.locks.add(table, 'ShareUpdateExclusiveLock');
  },
  CreateSchemaStmt: ({ schemaElts, schemaname }, draft, describeNode) => {
    for (const element of schemaElts ?? []) describeNode(inSchema(element, schemaname), draft);
  },
  CreateForeignTableStmt: ({ base }, draft) => {
    if (base) createTable(base, draft);
  },
};

export function publishedTables(objects: Node[] | undefined): string[] {
  return all(objects, 'PublicationObjSpec')
    .map(({ pubtable }) => relationOf(pubtable?.relation))
    .filter(Boolean);
}

/** What CREATE SCHEMA lists is made in it, and may leave its name out. */
export function inSchema(element: Node, schemaname: string | undefined): Node {
  const qualified = <T extends { schemaname?: string }>(range: T): T => ({ schemaname, ...range });
  const table = as(element, 'CreateStmt');
  if (table?.relation) return { CreateStmt: { ...table, relation: qualified(table.relation) } };
  const index = as(element, 'IndexStmt');
  if (index?.relation) return { IndexStmt: { ...index, relation: qualified(index.relation) } };
  const view = as(element, 'ViewStmt');
  return view?.view ? { ViewStmt: { ...view, view: qualified(view.view) } } : element;
}

function createTable(statement: CreateStmt, draft: Draft): void {
  const table = relationOf(statement.relation);
  if (statement.if_not_exists && draft.schema.table(table)) return;
  draft.make(table);
  draft.creates.tables.push(table);
  const columns = columnsDefined(statement.tableElts);
  draft.creates.columns += columns.length;
  const inline = columns.flatMap((column) =>
    columnConstraints(column).map((constraint) => ({ constraint, column: [column.colname ?? ''] })),
  );
  const alone = all(statement.tableElts, 'Constraint').map((constraint) => ({ constraint, column: [] }));
  for (const { constraint, column } of [...inline, ...alone]) {
    // The new table is empty: nothing to check, but the referenced one gets its triggers.
    if (constraint.contype === 'CONSTR_FOREIGN') addForeignKey(constraint, draft, null);
    if (constraint.contype === 'CONSTR_UNIQUE') draft.creates.indexes.push(constraintName(constraint, table, column));
  }
  for (const like of all(statement.tableElts, 'TableLikeClause'))
    draft.locks.add(relationOf(like.relation), 'AccessShareLock');
  for (const parent of all(statement.inhRelations, 'RangeVar'))
    joinParent(relationOf(parent), statement.partbound !== undefined, draft);
}

/** A new partition changes what its parent is made of: that stops its readers, unlike ATTACH PARTITION. */
function joinParent(parent: string, asPartition: boolean, draft: Draft): void {
  draft.locks.add(parent, asPartition ? 'AccessExclusiveLock' : 'ShareUpdateExclusiveLock');
  if (!asPartition) return;
  lockKeysOfPartition(parent, 'ShareRowExclusiveLock', draft);
  compareWithDefault(parent, draft);
}

function createIndex(statement: IndexStmt, draft: Draft): void {
  const table = relationOf(statement.relation);
  const name = indexName(statement);
  const mode = statement.concurrent ? 'ShareUpdateExclusiveLock' : 'ShareLock';
  draft.locks.add(table, mode);
  if (statement.relation?.inh && draft.schema.table(table)?.partitioned) draft.lockBelow(table, mode);
  // The lock is taken before IF NOT EXISTS looks.
  if (statement.if_not_exists && statement.idxname && draft.schema.index(name)) return;
  // ON ONLY a partitioned table there is nothing to read: its partitions' indexes are attached later.
  draft.scan(table, statement.relation?.inh === true || !draft.schema.table(table)?.partitioned);
  draft.creates.indexes.push(name);
}

/** An index lives in its table's schema. */
export function indexName(statement: IndexStmt): string {
  const columns = all(statement.indexParams, 'IndexElem').map(({ name }) => name ?? 'expr');
  const name = statement.idxname ?? [statement.relation?.relname, ...columns, 'idx'].join('_');
  return [statement.relation?.schemaname, name].filter(Boolean).join('.');
}
