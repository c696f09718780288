/** Constraints and indexes: those that came are dropped, those that went come back as PostgreSQL itself writes them. */
import type { Constraint, Index, Relation } from './definitions';
import type { Draft } from './draft';
import { optionCommands, paired, qualified, quote, restoreComment, sameValue } from './names';
import { tableWord } from './columns';

export function restoreConstraints(before: Relation, after: Relation, draft: Draft): void {
  for (const [earlier, later] of samePlaces(before.constraints, after.constraints)) {
    if (earlier === null && later !== null) dropConstraint(before, later, draft);
    if (earlier !== null && later === null) addConstraint(before, earlier, draft);
    if (earlier !== null && later !== null) changeConstraint(before, earlier, later, draft);
  }
}

/** A change of type makes constraints and indexes anew under their old names. */
function samePlaces<T extends { oid: string; name: string }>(before: T[], after: T[]): [T | null, T | null][] {
  const lasting = new Set(before.map(({ oid }) => oid).filter((oid) => after.some((item) => item.oid === oid)));
  return paired(before, after, (item) => (lasting.has(item.oid) ? item.oid : `name ${item.name}`));
}

/** A constraint trigger is a trigger's, and goes with it. */
function dropConstraint(table: Relation, { name, kind, inherited }: Constraint, draft: Draft): void {
  if (!inherited && kind !== 'trigger')
    draft.add('detach', `ALTER ${tableWord(table)} ${qualified(table)} DROP CONSTRAINT IF EXISTS ${quote(name)}`);
}

/** What a partition has from its parent comes with the parent's, or has to be there before the partition joins. */
function addConstraint(table: Relation, constraint: Constraint, draft: Draft, joining = false): void {
  const { kind, name, definition, inherited, comment } = constraint;
  if (kind === 'trigger' || (inherited && (!joining || kind === 'foreign'))) return;
  const stage = kind === 'foreign' ? 'foreign keys' : 'constraints';
  draft.add(stage, `ALTER ${tableWord(table)} ${qualified(table)} ADD CONSTRAINT ${quote(name)} ${definition}`);
  restoreComment(`CONSTRAINT ${quote(name)} ON ${qualified(table)}`, comment, null, draft);
}

/** All constraints of a table that is made anew. */
export function addConstraints(table: Relation, draft: Draft): void {
  for (const constraint of table.constraints) addConstraint(table, constraint, draft, true);
}

function changeConstraint(table: Relation, before: Constraint, after: Constraint, draft: Draft): void {
  if (before.name !== after.name)
    draft.add(
      'rename',
      `ALTER ${tableWord(table)} ${qualified(table)} RENAME CONSTRAINT ${quote(after.name)} TO ${quote(before.name)}`,
    );
  if (redefined(before, after)) {
    dropConstraint(table, before, draft);
    addConstraint(table, before, draft);
  } else {
    restoreComment(`CONSTRAINT ${quote(before.name)} ON ${qualified(table)}`, before.comment, after.comment, draft);
  }
}

/** A renamed column changes the text of a constraint that is still the same, and takes it back. */
function redefined(before: Constraint, after: Constraint): boolean {
  const flags = ({ validated, deferrable, deferred }: Constraint): unknown => [validated, deferrable, deferred];
  if (!sameValue(flags(before), flags(after))) return true;
  return before.oid !== after.oid && before.definition !== after.definition;
}

/** @param old names of the indexes that were there before, on any table. */
export function restoreIndexes(before: Relation, after: Relation, old: ReadonlySet<string>, draft: Draft): void {
  const joined = before.parents.join() === after.parents.join();
  for (const [earlier, later] of samePlaces(before.indexes, after.indexes)) {
    if (earlier === null && later !== null && !later.ofConstraint)
      dropIndex(later, joined && old.has(later.parent ?? ''), draft);
    if (earlier !== null && later === null) createIndex(before, earlier, draft);
    if (earlier !== null && later !== null) changeIndex(before, earlier, later, draft);
  }
}

/** @param held by a partitioned index that was there without it. */
function dropIndex({ name, parent, sqlName }: Index, held: boolean, draft: Draft): void {
  if (held) draft.refuse(`index ${name} became part of ${parent ?? ''}, and goes only with it`);
  else draft.add('drop', `DROP INDEX IF EXISTS ${sqlName}`);
}

/** All indexes of a table that is made anew. */
export function createIndexes(table: Relation, draft: Draft): void {
  for (const index of table.indexes) createIndex(table, index, draft);
}

function createIndex(table: Relation, index: Index, draft: Draft): void {
  if (!index.ofConstraint) draft.add('indexes', index.definition);
  completeIndex(index, draft);
  restoreComment(`INDEX ${index.sqlName}`, index.comment, null, draft);
  restoreMarks(table, index, { clustered: false, replicaIdentity: false }, draft);
}

/** What PostgreSQL leaves out of the definition of an index, and of the constraint that has it. */
export function completeIndex({ sqlName, ofConstraint, options, tablespace }: Index, draft: Draft): void {
  const commands = ofConstraint ? optionCommands(options, []) : [];
  if (tablespace !== null) commands.push(`SET TABLESPACE ${quote(tablespace)}`);
  for (const command of commands) draft.add('settings', `ALTER INDEX ${sqlName} ${command}`);
}

function changeIndex(table: Relation, before: Index, after: Index, draft: Draft): void {
  if (!before.ofConstraint && after.ofConstraint) {
    // The index became a constraint's, and goes with it.
    draft.add('indexes', before.definition);
    completeIndex(before, draft);
    return;
  }
  if (before.parent !== after.parent) return rebuildAlone(before, after, draft);
  if (before.name !== after.name && !before.ofConstraint)
    draft.add('rename', `ALTER INDEX ${after.sqlName} RENAME TO ${quote(before.name)}`);
  if (before.oid !== after.oid && before.definition !== after.definition && !before.ofConstraint) {
    draft.add('drop', `DROP INDEX IF EXISTS ${before.sqlName}`);
    draft.add('indexes', before.definition);
    completeIndex(before, draft);
  } else {
    const commands = optionCommands(before.options, after.options);
    if (before.tablespace !== after.tablespace)
      commands.push(`SET TABLESPACE ${quote(before.tablespace ?? 'pg_default')}`);
    for (const command of commands) draft.add('settings', `ALTER INDEX ${before.sqlName} ${command}`);
  }
  restoreComment(`INDEX ${before.sqlName}`, before.comment, after.comment, draft);
  restoreMarks(table, before, after, draft);
}

function rebuildAlone(before: Index, after: Index, draft: Draft): void {
  if (before.parent === null && after.parent !== null)
    draft.refuse(`index ${before.name} joined a partitioned index, and cannot leave it`);
  else if (before.parent !== null)
    draft.add('partitions', `ALTER INDEX ${before.parent} ATTACH PARTITION ${before.sqlName}`);
}

function restoreMarks(
  table: Relation,
  before: Index,
  after: Pick<Index, 'clustered' | 'replicaIdentity'>,
  draft: Draft,
): void {
  if (before.clustered && !after.clustered)
    draft.add('settings', `ALTER TABLE ${qualified(table)} CLUSTER ON ${quote(before.name)}`);
  if (before.replicaIdentity && !after.replicaIdentity)
    draft.add('settings', `ALTER TABLE ${qualified(table)} REPLICA IDENTITY USING INDEX ${quote(before.name)}`);
}
