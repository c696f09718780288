/** Statements that change, name or maintain what is there, other than ALTER TABLE. */
import type { AlterDomainStmt, CommentStmt, ReindexStmt, RenameStmt, VacuumStmt } from '@pgsql/types';
import { describeAlterTable } from './alter-table';
import { publishedTables } from './create';
import { all, as, hasOption, nameParts, relationOf, words } from './ast';
import type { Describers } from './describers';
import type { Draft } from './facts';
import { LOCK_MODES } from './locks';
import { lockBehindViews, lockReads } from './queries';

export const CHANGE: Describers = {
  AlterTableStmt: describeAlterTable,
  RenameStmt: rename,
  AlterObjectSchemaStmt: ({ relation }, draft) => {
    if (relation) draft.locks.add(relationOf(relation), 'AccessExclusiveLock');
  },
  AlterDomainStmt: alterDomain,
  AlterSeqStmt: ({ sequence }, draft) => draft.locks.add(relationOf(sequence), 'ShareRowExclusiveLock'),
  AlterPolicyStmt: ({ table }, draft) => draft.locks.add(relationOf(table), 'AccessExclusiveLock'),
  AlterPublicationStmt: ({ pubname = '', action, pubobjects }, draft) => {
    const replaced = action === 'AP_SetObjects' ? (draft.schema.publications.get(pubname) ?? []) : [];
    for (const table of [...publishedTables(pubobjects), ...replaced])
      draft.locks.add(table, 'ShareUpdateExclusiveLock');
  },
  CommentStmt: ({ objtype, object }, draft) =>
    commentLock({ ...(objtype && { objtype }), ...(object && { object }) }, draft),
  SecLabelStmt: ({ objtype, object }, draft) =>
    commentLock({ ...(objtype && { objtype }), ...(object && { object }) }, draft),
  LockStmt: ({ relations, mode }, draft) => {
    for (const range of all(relations, 'RangeVar')) {
      // The grammar counts the modes from 1.
      const level = LOCK_MODES[(mode ?? 8) - 1] ?? 'AccessExclusiveLock';
      lockBehindViews(relationOf(range), level, draft);
      if (range.inh) draft.lockBelow(relationOf(range), level);
    }
  },
  RefreshMatViewStmt: ({ relation, concurrent, skipData }, draft) => {
    draft.locks.add(relationOf(relation), concurrent ? 'ExclusiveLock' : 'AccessExclusiveLock');
    draft.rewrites = !concurrent;
    draft.scan(relationOf(relation), !skipData);
    for (const table of draft.schema.table(relationOf(relation))?.reads ?? []) {
      lockBehindViews(table, 'AccessShareLock', draft);
      draft.scan(table, !skipData);
    }
  },
  VacuumStmt: vacuum,
  ClusterStmt: ({ relation }, draft) => {
    if (relation) draft.locks.add(relationOf(relation), 'AccessExclusiveLock');
    draft.rewrite(relationOf(relation));
  },
  ReindexStmt: reindex,
  DeclareCursorStmt: ({ query }, draft) => lockReads(query, draft),
};

/** What RENAME locks beside the one object that stands in `relation`: nothing; an index needs less than the rest. */
function rename({ renameType, relation, subname }: RenameStmt, draft: Draft): void {
  if (!relation) return;
  if (renameType === 'OBJECT_ATTRIBUTE') return;
  const table = relationOf(relation);
  draft.locks.add(table, renameType === 'OBJECT_INDEX' ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock');
  if (subname && relation.inh && renameType === 'OBJECT_COLUMN') draft.lockBelow(table, 'AccessExclusiveLock');
}

/** Checks of a domain are tested in every table that uses it. */
function alterDomain({ subtype, typeName, def }: AlterDomainStmt, draft: Draft): void {
  const adds = subtype === 'C' && !as(def, 'Constraint')?.skip_validation;
  if (!adds && subtype !== 'O' && subtype !== 'V') return;
  for (const table of draft.schema.tablesWithType(words(typeName).join('.'))) {
    draft.locks.add(table.name, 'ShareLock');
    draft.scan(table.name);
  }
}

/** COMMENT locks relations so that they cannot be dropped meanwhile; what hangs on a table only pins it. */
function commentLock({ objtype, object }: Pick<CommentStmt, 'objtype' | 'object'>, draft: Draft): void {
  const parts = nameParts(object);
  switch (objtype) {
    case 'OBJECT_TABLE':
    case 'OBJECT_INDEX':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
    case 'OBJECT_FOREIGN_TABLE':
      draft.locks.add(parts.join('.'), 'ShareUpdateExclusiveLock');
      break;
    case 'OBJECT_COLUMN':
      draft.locks.add(parts.slice(0, -1).join('.'), 'ShareUpdateExclusiveLock');
      break;
    case 'OBJECT_TABCONSTRAINT':
    case 'OBJECT_TRIGGER':
    case 'OBJECT_POLICY':
    case 'OBJECT_RULE':
      draft.locks.add(parts.slice(0, -1).join('.'), 'AccessShareLock');
      break;
    default:
  }
}

function vacuum({ options, rels, is_vacuumcmd }: VacuumStmt, draft: Draft): void {
  const full = is_vacuumcmd === true && hasOption(options, 'full');
  for (const { relation } of all(rels, 'VacuumRelation')) {
    draft.locks.add(relationOf(relation), full ? 'AccessExclusiveLock' : 'ShareUpdateExclusiveLock');
    if (full) draft.rewrite(relationOf(relation));
    if (draft.schema.table(relationOf(relation))?.partitioned)
      draft.lockBelow(relationOf(relation), full ? 'AccessExclusiveLock' : 'ShareUpdateExclusiveLock');
  }
  if (full && !rels?.length) draft.rewrite('');
}

function reindex({ kind, relation, params }: ReindexStmt, draft: Draft): void {
  const concurrently = hasOption(params, 'concurrently');
  const name = relationOf(relation);
  const onIndex = kind === 'REINDEX_OBJECT_INDEX' ? draft.schema.index(name)?.table : name;
  draft.scan(onIndex ?? '');
  if (kind === 'REINDEX_OBJECT_TABLE') {
    draft.locks.add(name, concurrently ? 'ShareUpdateExclusiveLock' : 'ShareLock');
    for (const index of draft.schema.indexesOf(name))
      draft.locks.add(index.name, concurrently ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock');
  }
  if (kind === 'REINDEX_OBJECT_INDEX') {
    const table = draft.schema.index(name)?.table;
    if (table) draft.locks.add(table, concurrently ? 'ShareUpdateExclusiveLock' : 'ShareLock');
    draft.locks.add(name, concurrently ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock');
  }
}
