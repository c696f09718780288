/** Tables, views and sequences. */
import type { Definitions, Relation } from './definitions';
import { createAttachments, restoreAttachments } from './attachments';
import { columnDefinition, describeColumn, restoreColumns, sequenceClauses, tableWord } from './columns';
import { addConstraints, completeIndex, createIndexes, restoreConstraints, restoreIndexes } from './constraints';
import type { Draft } from './draft';
import { optionCommands, paired, qualified, quote, restoreOwned, sameValue } from './names';

export function restoreRelations(before: Definitions, after: Definitions, draft: Draft): void {
  const pairs = paired(before.relations, after.relations, ({ oid }) => oid);
  const replaced = replacedViews(pairs);
  const old = new Set(before.relations.flatMap(({ indexes }) => indexes.map(({ sqlName }) => sqlName)));
  for (const [earlier, later] of pairs.toReversed())
    if (earlier === null && later !== null && !goesWithColumn(later, pairs)) drop(later, draft);
  for (const [earlier, later] of pairs) {
    if (earlier !== null && later === null) {
      create(earlier, draft);
      if (earlier.kind === 'sequence' && !wentWithColumn(earlier, pairs)) draft.resume(qualified(earlier));
    }
    if (earlier !== null && later !== null) {
      if (replaced.has(earlier.oid)) replace(earlier, draft);
      else change(earlier, later, old, draft);
    }
  }
}

/** A view cannot lose a column in place: it is made anew, and with it the views that stand on it. */
function replacedViews(pairs: [Relation | null, Relation | null][]): Set<string> {
  const views = pairs.flatMap(([earlier, later]) => (earlier?.query && later ? [{ earlier, later }] : []));
  const first = views.findIndex(
    ({ earlier, later }) =>
      earlier.shape !== later.shape &&
      sameValue(
        earlier.columns.map(({ num }) => num),
        later.columns.map(({ num }) => num),
      ) === false,
  );
  return new Set(first === -1 ? [] : views.slice(first).map(({ earlier }) => earlier.oid));
}

const WORDS = {
  table: 'TABLE',
  'partitioned table': 'TABLE',
  'foreign table': 'FOREIGN TABLE',
  view: 'VIEW',
  'materialized view': 'MATERIALIZED VIEW',
  sequence: 'SEQUENCE',
} as const;

/** A sequence of a column that came with it. */
function goesWithColumn({ ownedBy }: Relation, pairs: [Relation | null, Relation | null][]): boolean {
  return pairs.some(
    ([earlier, later]) =>
      later !== null && ownedBy?.oid === later.oid && !earlier?.columns.some(({ name }) => name === ownedBy.column),
  );
}

/** Its column went too, with all its numbers. */
function wentWithColumn({ ownedBy }: Relation, pairs: [Relation | null, Relation | null][]): boolean {
  const [table, now] = pairs.find(([earlier]) => earlier !== null && earlier.oid === ownedBy?.oid) ?? [null, null];
  return table !== null && !now?.columns.some(({ name }) => name === ownedBy?.column);
}

function drop(relation: Relation, draft: Draft): void {
  draft.add('drop', `DROP ${WORDS[relation.kind]} IF EXISTS ${qualified(relation)}`);
}

function replace(view: Relation, draft: Draft): void {
  draft.add('detach', `DROP ${WORDS[view.kind]} IF EXISTS ${qualified(view)} CASCADE`);
  create(view, draft);
}

function create(relation: Relation, draft: Draft): void {
  if (relation.persistence === 'temporary') return;
  CREATE[relation.kind](relation, draft);
  restoreOwned(
    WORDS[relation.kind],
    relation.kind === 'sequence' ? 'SEQUENCE' : 'TABLE',
    qualified(relation),
    relation,
    null,
    draft,
  );
}

const CREATE: Record<Relation['kind'], (relation: Relation, draft: Draft) => void> = {
  table: createTable,
  'partitioned table': createTable,
  'foreign table': createTable,
  view: createView,
  'materialized view': createView,
  sequence: (relation, draft) => {
    const { sequence } = relation;
    if (!sequence) return;
    draft.add('sequences', `CREATE SEQUENCE ${qualified(relation)} AS ${sequence.type} ${sequenceClauses(sequence)}`);
    restoreOwner(relation, null, draft);
  },
};

function createTable(table: Relation, draft: Draft): void {
  const partition = table.bound !== null;
  const columns = table.columns.filter(({ inherited }) => partition || !inherited);
  const head = `CREATE ${table.persistence === 'unlogged' ? 'UNLOGGED ' : ''}${tableWord(table)} ${qualified(table)}`;
  const parts = [
    table.ofType ? `OF ${table.ofType}` : `(${columns.map(columnDefinition).join(', ')})`,
    !partition && table.parents.length > 0 ? `INHERITS (${table.parents.join(', ')})` : '',
    table.partitionKey ? `PARTITION BY ${table.partitionKey}` : '',
    table.accessMethod && table.accessMethod !== 'heap' ? `USING ${quote(table.accessMethod)}` : '',
    table.foreign ?? '',
    withOptions(table),
    table.tablespace ? `TABLESPACE ${quote(table.tablespace)}` : '',
  ];
  draft.add('tables', [head, ...parts].filter(Boolean).join(' '));
  for (const column of columns) describeColumn(table, column, draft);
  addConstraints(table, draft);
  createIndexes(table, draft);
  if (partition)
    draft.add(
      'partitions',
      `ALTER TABLE ${table.parents.join()} ATTACH PARTITION ${qualified(table)} ${table.bound ?? ''}`,
    );
  createAttachments(table, draft);
  restoreFlags(table, null, draft);
}

function withOptions({ options }: Relation): string {
  const [set = ''] = optionCommands(options, []);
  return set.replace(/^SET/, 'WITH');
}

function createView(view: Relation, draft: Draft): void {
  const materialized = view.kind === 'materialized view';
  const tablespace = materialized && view.tablespace ? ` TABLESPACE ${quote(view.tablespace)}` : '';
  const options = withOptions(view);
  draft.add(
    'views',
    `CREATE ${WORDS[view.kind]} ${qualified(view)} (${view.columns.map(({ name }) => quote(name)).join(', ')})${options ? ` ${options}` : ''}${tablespace} AS ${view.query ?? ''}${materialized && !view.populated ? ' WITH NO DATA' : ''}`,
  );
  for (const column of view.columns) {
    if (column.default !== null)
      draft.add(
        'settings',
        `ALTER VIEW ${qualified(view)} ALTER COLUMN ${quote(column.name)} SET DEFAULT ${column.default}`,
      );
    describeColumn(view, column, draft);
  }
  for (const index of view.indexes) {
    draft.add('attachments', index.definition);
    completeIndex(index, draft);
  }
  createAttachments(view, draft);
}

function change(before: Relation, after: Relation, old: ReadonlySet<string>, draft: Draft): void {
  const word = WORDS[before.kind];
  const name = qualified(before);
  // An owned sequence moves with its table.
  if (before.schema !== after.schema && !before.ownedBy)
    draft.add('rename', `ALTER ${word} ${qualified(after)} SET SCHEMA ${quote(before.schema)}`);
  if (before.name !== after.name)
    draft.add(
      'rename',
      `ALTER ${word} ${qualified({ schema: before.schema, name: after.name })} RENAME TO ${quote(before.name)}`,
    );
  if (before.kind === 'sequence') changeSequence(before, after, draft);
  if (before.query !== null && before.shape !== after.shape)
    draft.add('views', `CREATE OR REPLACE VIEW ${name} AS ${before.query}`);
  restoreConstraints(before, after, draft);
  restoreIndexes(before, after, old, draft);
  restoreColumns(before, after, draft);
  if (before.foreign !== after.foreign) draft.refuse(`options of foreign table ${before.name} are not brought back`);
  restoreAttachments(before, after, draft);
  restoreParents(before, after, draft);
  restoreFlags(before, after, draft);
  for (const command of optionCommands(before.options, after.options))
    draft.add('settings', `ALTER ${word} ${name} ${command}`);
  restoreOwned(
    word,
    before.kind === 'sequence' ? 'SEQUENCE' : 'TABLE',
    name,
    before.ownedBy ? { ...before, owner: after.owner } : before,
    after,
    draft,
  );
}

function changeSequence(before: Relation, after: Relation, draft: Draft): void {
  if (before.sequence && !sameValue(before.sequence, after.sequence))
    draft.add(
      'settings',
      `ALTER SEQUENCE ${qualified(before)} AS ${before.sequence.type} ${sequenceClauses(before.sequence)}`,
    );
  restoreOwner(before, after, draft);
}

function restoreOwner(before: Relation, after: Relation | null, draft: Draft): void {
  if (sameValue(before.ownedBy, after?.ownedBy ?? null)) return;
  const column = before.ownedBy ? `${before.ownedBy.relation}.${quote(before.ownedBy.column)}` : 'NONE';
  draft.add('settings', `ALTER SEQUENCE ${qualified(before)} OWNED BY ${column}`);
}

function restoreParents(before: Relation, after: Relation, draft: Draft): void {
  const name = qualified(before);
  for (const parent of after.parents.filter((each) => !before.parents.includes(each)))
    draft.add(
      'detach',
      after.bound === null
        ? `ALTER TABLE ${name} NO INHERIT ${parent}`
        : `ALTER TABLE ${parent} DETACH PARTITION ${name}`,
    );
  if (
    before.bound === null &&
    before.columns.some(
      (column) => column.inherited && after.columns.some(({ num, inherited }) => num === column.num && !inherited),
    )
  )
    draft.refuse(`columns that ${before.name} inherited are its own now, and stay so when it inherits again`);
  for (const parent of before.parents.filter((each) => !after.parents.includes(each)))
    draft.add(
      'partitions',
      before.bound === null
        ? `ALTER TABLE ${name} INHERIT ${parent}`
        : `ALTER TABLE ${parent} ATTACH PARTITION ${name} ${before.bound}`,
    );
  if (before.ofType !== after.ofType)
    draft.add('columns', `ALTER TABLE ${name} ${before.ofType === null ? 'NOT OF' : `OF ${before.ofType}`}`);
}

/** @param after null for a table that is made anew. */
function restoreFlags(before: Relation, after: Relation | null, draft: Draft): void {
  const alter = `ALTER TABLE ${qualified(before)}`;
  const { rowSecurity = false, forceRowSecurity = false, replicaIdentity = 'default' } = after ?? {};
  if (before.rowSecurity !== rowSecurity)
    draft.add('settings', `${alter} ${before.rowSecurity ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`);
  if (before.forceRowSecurity !== forceRowSecurity)
    draft.add('settings', `${alter} ${before.forceRowSecurity ? '' : 'NO '}FORCE ROW LEVEL SECURITY`);
  if (
    before.kind !== 'foreign table' &&
    before.replicaIdentity !== replicaIdentity &&
    before.replicaIdentity !== 'index'
  )
    draft.add('settings', `${alter} REPLICA IDENTITY ${before.replicaIdentity.toUpperCase()}`);
  if (!after) return;
  if (before.persistence !== after.persistence)
    draft.add('settings', `${alter} SET ${before.persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`);
  if (before.accessMethod !== after.accessMethod)
    draft.add('settings', `${alter} SET ACCESS METHOD ${quote(before.accessMethod ?? 'heap')}`);
  if (before.tablespace !== after.tablespace)
    draft.add('settings', `${alter} SET TABLESPACE ${quote(before.tablespace ?? 'pg_default')}`);
  const wasClustered =
    after.indexes.some(({ clustered }) => clustered) && !before.indexes.some(({ clustered }) => clustered);
  if (wasClustered) draft.add('settings', `${alter} SET WITHOUT CLUSTER`);
}
