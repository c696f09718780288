/** SELECT, INSERT, UPDATE, DELETE, MERGE, COPY: whom they write to and read from. */
import type { InsertStmt, Node, RangeVar } from '@pgsql/types';
import { all, as, find, keyOf, relationOf } from './ast';
import { isUnbounded } from './conditions';
import type { Describers } from './describers';
import type { Draft } from './facts';
import { readWhole } from './full-reads';
import type { LockMode } from './locks';
import { foreignKeys } from './schema';

/** Locks what a query reads: tables by AccessShareLock, those of `FOR UPDATE` and its like by RowShareLock; writes in its CTEs too. */
export function lockReads(query: unknown, draft: Draft): void {
  const mode = find(query, 'LockingClause').length > 0 ? 'RowShareLock' : 'AccessShareLock';
  for (const table of readTables(query)) lockBehindViews(table, mode, draft);
  for (const { relation } of writesBelow(query)) lockWrite(relation, draft);
}

/** Notes what a query goes over from end to end. */
export function scanReads(query: Node | undefined, draft: Draft): void {
  for (const table of readWhole(query, draft.schema)) draft.scan(table);
}

/** A view is locked with the tables that it reads, whatever lies between. */
export function lockBehindViews(relation: string, mode: LockMode, draft: Draft): void {
  draft.locks.add(relation, mode);
  for (const { name } of draft.schema.readsBehind(relation)) draft.locks.add(name, mode);
}

function writesBelow(query: unknown): { relation?: RangeVar }[] {
  return [
    ...find(query, 'InsertStmt'),
    ...find(query, 'UpdateStmt'),
    ...find(query, 'DeleteStmt'),
    ...find(query, 'MergeStmt'),
  ];
}

function lockWrite(relation: RangeVar | undefined, draft: Draft): void {
  const table = relationOf(relation);
  const known = draft.schema.table(table);
  // PostgreSQL writes through a view to its one table, unless a trigger of the view does it.
  const [behind, ...others] = known?.kind === 'view' ? known.reads : [];
  const throughTrigger = (known?.triggers.length ?? 0) > 0;
  if (behind === undefined || others.length > 0 || throughTrigger) draft.locks.add(table, 'RowExclusiveLock');
  else lockBehindViews(table, 'RowExclusiveLock', draft);
}

/**
 * A row's foreign keys are looked up under RowShareLock. Only VALUES is sure to have rows; what an INSERT ... SELECT, an
 * UPDATE or a DELETE looks up depends on the data, and nothing but ACCESS EXCLUSIVE waits for it.
 */
function lockKeysOf({ relation, cols, selectStmt }: InsertStmt, draft: Draft): void {
  const rows = as(selectStmt, 'SelectStmt')?.valuesLists ?? [];
  if (rows.length === 0) return;
  const table = draft.schema.table(relationOf(relation));
  const named = all(cols, 'ResTarget').map(({ name }) => name ?? '');
  const given = named.length > 0 ? named : [...(table?.columns.keys() ?? [])];
  const has = (row: Node, column: string): boolean => isValue(as(row, 'List')?.items?.[given.indexOf(column)]);
  for (const key of foreignKeys(table)) {
    if (rows.some((row) => key.columns.every((column) => has(row, column))))
      draft.locks.add(key.references ?? '', 'RowShareLock');
  }
}

/** A key with a NULL in it points nowhere. */
function isValue(item: Node | undefined): boolean {
  return item !== undefined && as(item, 'SetToDefault') === undefined && as(item, 'A_Const')?.isnull !== true;
}

/** The query of an INSERT with the CTEs that stand before the INSERT. */
function withCtesOf({ selectStmt, withClause }: InsertStmt): Node | undefined {
  const select = as(selectStmt, 'SelectStmt');
  const ctes = [...(withClause?.ctes ?? []), ...(select?.withClause?.ctes ?? [])];
  return select && { SelectStmt: { ...select, withClause: { ctes } } };
}

/** UPDATE and DELETE reach inheriting tables and every partition. */
function lockWriteBelow(relation: RangeVar | undefined, draft: Draft): void {
  lockWrite(relation, draft);
  if (!relation?.inh) return;
  draft.lockBelow(relationOf(relation), 'RowExclusiveLock');
}

export const QUERIES: Describers = {
  SelectStmt: (statement, draft) => {
    lockReads(statement, draft);
    scanReads({ SelectStmt: statement }, draft);
    if (!statement.intoClause) return;
    draft.make(relationOf(statement.intoClause.rel));
    draft.creates.tables.push(relationOf(statement.intoClause.rel));
  },
  InsertStmt: (statement, draft) => {
    lockWrite(statement.relation, draft);
    lockReads([statement.selectStmt, statement.withClause, statement.onConflictClause], draft);
    scanReads(withCtesOf(statement), draft);
    lockKeysOf(statement, draft);
  },
  UpdateStmt: (statement, draft) => {
    lockWriteBelow(statement.relation, draft);
    draft.scan(relationOf(statement.relation), isUnbounded(statement.whereClause));
    lockReads([statement.targetList, statement.fromClause, statement.whereClause, statement.withClause], draft);
  },
  DeleteStmt: (statement, draft) => {
    lockWriteBelow(statement.relation, draft);
    draft.dropsData = true;
    draft.scan(relationOf(statement.relation), isUnbounded(statement.whereClause));
    lockReads([statement.usingClause, statement.whereClause, statement.withClause], draft);
  },
  MergeStmt: (statement, draft) => {
    lockWriteBelow(statement.relation, draft);
    lockReads(
      [statement.sourceRelation, statement.joinCondition, statement.mergeWhenClauses, statement.withClause],
      draft,
    );
  },
  CopyStmt: ({ relation, query, is_from }, draft) => {
    if (relation) draft.locks.add(relationOf(relation), is_from ? 'RowExclusiveLock' : 'AccessShareLock');
    lockReads(query, draft);
  },
  ExplainStmt: ({ query }, draft, describeNode) => {
    if (query) describeNode(query, draft);
  },
};

/** Tables that a query's FROM, subqueries and CTEs name; those it only writes to are not among them. */
export function readTables(query: unknown): string[] {
  const ctes = new Set(find(query, 'CommonTableExpr').map(({ ctename }) => ctename ?? ''));
  const names = find(query, 'RangeVar').filter(
    (range) => range.schemaname !== undefined || !ctes.has(range.relname ?? ''),
  );
  return [...new Map(names.map((range) => [keyOf(relationOf(range)), relationOf(range)])).values()];
}
