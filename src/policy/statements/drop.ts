/** DROP and TRUNCATE: what goes, and who else is locked because it pointed there. */
import type { DropStmt, ObjectType } from '@pgsql/types';
import { all, keyOf, nameParts, relationOf } from './ast';
import type { Describers } from './describers';
import type { Draft } from './facts';
import { foreignKeys } from './schema';

export const DROP: Describers = {
  DropStmt: (statement, draft) => {
    const cascade = statement.behavior === 'DROP_CASCADE';
    for (const parts of (statement.objects ?? []).map(nameParts)) {
      if (statement.missing_ok && RELATIONS.has(statement.removeType) && draft.schema.isMissing(parts.join('.')))
        continue;
      DROPPED[statement.removeType ?? 'OBJECT_TABLE']?.(parts, draft, cascade, statement);
    }
  },
  TruncateStmt: ({ relations, behavior }, draft) => {
    draft.dropsData = true;
    for (const range of all(relations, 'RangeVar'))
      truncate(relationOf(range), behavior === 'DROP_CASCADE', draft, range.inh === true);
  },
};

type Dropped = (parts: string[], draft: Draft, cascade: boolean, statement: DropStmt) => void;

/** Policies, rules and triggers are named behind their table, and lock it. */
const onTable: Dropped = (parts, draft) => draft.locks.add(parts.slice(0, -1).join('.'), 'AccessExclusiveLock');

const dropTrigger: Dropped = (parts, draft) => {
  const table = parts.slice(0, -1).join('.');
  const known = draft.schema.table(table)?.triggers.find(({ name }) => name === parts.at(-1));
  draft.locks.add(table, 'AccessExclusiveLock');
  if (known?.row) draft.lockBelow(table, 'AccessExclusiveLock');
};

const dropView: Dropped = (parts, draft, cascade) => {
  draft.locks.add(parts.join('.'), 'AccessExclusiveLock');
  if (cascade) lockViewsAbove(parts.join('.'), draft);
};

/** The defaults that ask for its numbers go with it. */
const dropSequence: Dropped = (parts, draft, cascade) => {
  draft.locks.add(parts.join('.'), 'AccessExclusiveLock');
  if (!cascade) return;
  for (const { name } of draft.schema.tablesNumberedBy(parts.join('.'))) draft.locks.add(name, 'AccessExclusiveLock');
};

function lockViewsAbove(name: string, draft: Draft): void {
  for (const view of draft.schema.viewsAbove(name)) draft.locks.add(view.name, 'AccessExclusiveLock');
}

const DROPPED: Partial<Record<ObjectType, Dropped>> = {
  OBJECT_TABLE: dropTable,
  OBJECT_FOREIGN_TABLE: dropTable,
  OBJECT_VIEW: dropView,
  OBJECT_MATVIEW: dropView,
  OBJECT_SEQUENCE: dropSequence,
  OBJECT_INDEX: dropIndex,
  OBJECT_TRIGGER: dropTrigger,
  OBJECT_POLICY: onTable,
  OBJECT_RULE: onTable,
  OBJECT_TYPE: dropType,
  OBJECT_DOMAIN: dropType,
  OBJECT_SCHEMA: dropSchema,
  OBJECT_EXTENSION: (parts, draft, cascade) => {
    for (const type of EXTENSION_TYPES[parts.join('.')] ?? []) dropType([type], draft, cascade);
  },
  OBJECT_STATISTIC_EXT: (parts, draft) =>
    draft.locks.add(draft.schema.statistics.get(keyOf(parts.join('.'))) ?? '', 'ShareUpdateExclusiveLock'),
  OBJECT_FUNCTION: (parts, draft, cascade) => {
    if (!cascade) return;
    for (const { name: table, triggers } of draft.schema.tables()) {
      const calling = triggers.filter((each) => keyOf(each.function) === keyOf(parts.join('.')));
      if (calling.length > 0) draft.locks.add(table, 'AccessExclusiveLock');
      if (calling.some(({ row }) => row)) draft.lockBelow(table, 'AccessExclusiveLock');
    }
  },
};

/** The types that columns have from the usual extensions. */
const EXTENSION_TYPES: Record<string, string[]> = {
  citext: ['citext'],
  cube: ['cube'],
  hstore: ['hstore'],
  ltree: ['ltree'],
  postgis: ['geometry', 'geography'],
  vector: ['vector', 'halfvec', 'sparsevec'],
};

/** What the schema keeps by name, so that it can say what is not there. */
const RELATIONS = new Set<ObjectType | undefined>([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_INDEX',
  'OBJECT_SEQUENCE',
]);

function dropTable(parts: string[], draft: Draft, cascade: boolean): void {
  const name = parts.join('.');
  draft.dropsData = true;
  draft.locks.add(name, 'AccessExclusiveLock');
  const known = draft.schema.table(name);
  for (const parent of known?.parents ?? [])
    if (draft.schema.table(parent)?.partitioned) draft.locks.add(parent, 'AccessExclusiveLock');
  // A foreign key has triggers on both tables; those on the other one go with it.
  for (const { references } of foreignKeys(known)) draft.lockWhole(references ?? '', 'AccessExclusiveLock', false);
  if (cascade || known?.partitioned) draft.lockBelow(name, 'AccessExclusiveLock');
  if (!cascade) return;
  for (const { table } of draft.schema.referencing(name)) draft.lockWhole(table.name, 'AccessExclusiveLock');
  lockViewsAbove(name, draft);
}

function dropIndex(parts: string[], draft: Draft, _cascade: boolean, { concurrent }: DropStmt): void {
  const mode = concurrent ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock';
  const known = draft.schema.index(parts.join('.'));
  if (known) draft.locks.add(known.table, mode);
  if (known && draft.schema.table(known.table)?.partitioned) draft.lockBelow(known.table, mode);
  draft.locks.add(parts.join('.'), mode);
}

function dropType(parts: string[], draft: Draft, cascade: boolean): void {
  if (!cascade) return;
  for (const table of draft.schema.tablesDependingOn(parts.join('.'))) {
    draft.dropsData = true;
    draft.locks.add(table.name, 'AccessExclusiveLock');
  }
}

function dropSchema(parts: string[], draft: Draft, cascade: boolean): void {
  const prefix = `${parts.join('.')}.`;
  if (!cascade) return;
  for (const table of draft.schema.tables()) {
    const inside = table.name.startsWith(prefix) || (prefix === 'public.' && !table.name.includes('.'));
    if (inside) dropTable([table.name], draft, true);
  }
}

function truncate(name: string, cascade: boolean, draft: Draft, below = true): void {
  draft.locks.add(name, 'AccessExclusiveLock');
  if (below) draft.lockBelow(name, 'AccessExclusiveLock');
  // A table of the same transaction is emptied in place.
  draft.rewrites ||= !draft.script.created.has(keyOf(name));
  if (!cascade) return;
  for (const { table } of draft.schema.referencing(name))
    if (!draft.locks.has(table.name)) truncate(table.name, true, draft);
}
