/** Columns: which are dropped, renamed, changed back or added again. */
import type { Column, Relation, SequenceOptions } from './definitions';
import type { Draft } from './draft';
import { optionCommands, paired, qualified, quote, restoreComment, restorePrivileges, sameValue } from './names';

/** `"name" type ...`, as CREATE TABLE and ADD COLUMN write it. */
export function columnDefinition(column: Column): string {
  const collation = column.collation ? ` COLLATE ${column.collation}` : '';
  return `${quote(column.name)} ${column.type}${collation}${valueOf(column)}${column.notNull ? ' NOT NULL' : ''}`;
}

function valueOf(column: Column): string {
  if (column.identity) return ` ${generatedAs(column.identity)}`;
  if (column.default === null) return '';
  return column.generated ? ` GENERATED ALWAYS AS (${column.default}) STORED` : ` DEFAULT ${column.default}`;
}

function generatedAs({ always, sequence, options }: NonNullable<Column['identity']>): string {
  return `GENERATED ${always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY (SEQUENCE NAME ${sequence} ${sequenceClauses(options)})`;
}

/** Clauses that CREATE SEQUENCE, ALTER SEQUENCE and identity columns share. */
export function sequenceClauses({ start, increment, min, max, cache, cycle }: SequenceOptions): string {
  return `INCREMENT BY ${increment} MINVALUE ${min} MAXVALUE ${max} START WITH ${start} CACHE ${cache} ${cycle ? 'CYCLE' : 'NO CYCLE'}`;
}

/** Both hold the table; what one lacks is dropped, what the other lacks is added at the end: PostgreSQL knows no other place. */
export function restoreColumns(before: Relation, after: Relation, draft: Draft): void {
  const table = qualified(before);
  const pairs = paired(before.columns, after.columns, ({ num }) => String(num));
  const commands: string[] = [];
  for (const [earlier, later] of pairs) {
    if (earlier === null && later !== null && !later.inherited && after.ofType === null)
      commands.push(`DROP COLUMN IF EXISTS ${quote(later.name)}`);
    if (earlier !== null && later !== null) commands.push(...changeColumn(before, earlier, later, draft));
  }
  commands.push(...addedAgain(before, after, pairs, draft));
  if (commands.length > 0) draft.add('columns', `ALTER ${tableWord(before)} ${table} ${commands.join(', ')}`);
}

export function tableWord({ kind }: Pick<Relation, 'kind'>): string {
  return kind === 'foreign table' ? 'FOREIGN TABLE' : 'TABLE';
}

function addedAgain(
  before: Relation,
  after: Relation,
  pairs: [Column | null, Column | null][],
  draft: Draft,
): string[] {
  const lost = pairs.flatMap(([earlier, later]) =>
    earlier !== null && later === null && !earlier.inherited && before.ofType === null ? [earlier] : [],
  );
  const kept = Math.max(
    0,
    ...after.columns.filter(({ num }) => before.columns.some((column) => column.num === num)).map(({ num }) => num),
  );
  const commands: string[] = [];
  for (const column of lost) {
    if (column.num < kept) draft.reorder(`column ${before.name}.${column.name} comes back behind the others`);
    commands.push(`ADD COLUMN ${columnDefinition(column)}`);
    describeColumn(before, column, draft);
  }
  return commands;
}

/** What ADD COLUMN and CREATE TABLE have no words for. */
export function describeColumn(table: Relation, column: Column, draft: Draft): void {
  const plain = {
    ...column,
    storage: column.typeStorage,
    compression: null,
    statistics: -1,
    options: [],
    comment: null,
    privileges: [],
  };
  const commands = settingCommands(column, plain);
  if (commands.length > 0) draft.add('settings', `ALTER TABLE ONLY ${qualified(table)} ${commands.join(', ')}`);
  describeOutside(table, column, plain, draft);
}

function describeOutside(table: Relation, before: Column, after: Column, draft: Draft): void {
  restoreComment(`COLUMN ${qualified(table)}.${quote(before.name)}`, before.comment, after.comment, draft);
  restorePrivileges(
    `TABLE ${qualified(table)}`,
    ` (${quote(before.name)})`,
    before.privileges,
    after.privileges,
    draft,
  );
}

function changeColumn(table: Relation, before: Column, after: Column, draft: Draft): string[] {
  const column = quote(before.name);
  if (before.name !== after.name && !before.inherited)
    draft.add('rename', `ALTER TABLE ${qualified(table)} RENAME COLUMN ${quote(after.name)} TO ${column}`);
  describeOutside(table, before, after, draft);
  restoreDefault(table, before, after, draft);
  const settings = settingCommands(
    before,
    changesType(before, after) ? { ...after, storage: before.typeStorage } : after,
  );
  if (settings.length > 0) draft.add('settings', `ALTER TABLE ONLY ${qualified(table)} ${settings.join(', ')}`);
  restoreIdentity(table, before, after, draft);
  if (before.generated && !after.generated)
    draft.refuse(
      `column ${table.name}.${before.name} was computed, and a column that holds values cannot become so again`,
    );
  return [...typeCommands(before, after), ...nullCommands(before, after)];
}

function changesType(before: Column, after: Column): boolean {
  return before.type !== after.type || before.collation !== after.collation;
}

function typeCommands(before: Column, after: Column): string[] {
  if (before.inherited || !changesType(before, after)) return [];
  const column = quote(before.name);
  // Only text leads from one enum to another.
  const value = before.isEnum ? `${column}::text${before.type.endsWith('[]') ? '[]' : ''}` : column;
  return [
    `ALTER COLUMN ${column} TYPE ${before.type}${before.collation ? ` COLLATE ${before.collation}` : ''} USING ${value}::${before.type}`,
  ];
}

function nullCommands(before: Column, after: Column): string[] {
  if (before.notNull === after.notNull || before.inherited) return [];
  return [`ALTER COLUMN ${quote(before.name)} ${before.notNull ? 'SET' : 'DROP'} NOT NULL`];
}

/** The default is away while the type changes: it may have no cast of its own. */
function restoreDefault(table: Relation, before: Column, after: Column, draft: Draft): void {
  if (before.generated || after.generated) return;
  const alter = `ALTER TABLE ONLY ${qualified(table)} ALTER COLUMN ${quote(before.name)}`;
  const retyped = changesType(before, after);
  if (!retyped && before.default === after.default) return;
  if (after.default !== null && (retyped || before.default === null)) draft.add('columns', `${alter} DROP DEFAULT`);
  if (before.default !== null) draft.add('constraints', `${alter} SET DEFAULT ${before.default}`);
}

function settingCommands(before: Column, after: Column): string[] {
  const alter = `ALTER COLUMN ${quote(before.name)}`;
  const commands = optionCommands(before.options, after.options).map((command) => `${alter} ${command}`);
  if (before.statistics !== after.statistics) commands.push(`${alter} SET STATISTICS ${before.statistics}`);
  if (before.storage !== after.storage) commands.push(`${alter} SET STORAGE ${before.storage}`);
  if (before.compression !== after.compression)
    commands.push(`${alter} SET COMPRESSION ${before.compression ?? 'default'}`);
  return commands;
}

function restoreIdentity(table: Relation, before: Column, after: Column, draft: Draft): void {
  if (sameValue(before.identity, after.identity)) return;
  const alter = `ALTER TABLE ${qualified(table)} ALTER COLUMN ${quote(before.name)}`;
  if (before.identity === null) return draft.add('columns', `${alter} DROP IDENTITY IF EXISTS`);
  if (after.identity === null) {
    draft.add('columns', `${alter} ADD ${generatedAs(before.identity)}`);
    draft.resume(before.identity.sequence);
    return;
  }
  const { always, options } = before.identity;
  const clauses = sequenceClauses(options).replaceAll(
    /(INCREMENT|MINVALUE|MAXVALUE|START|CACHE|NO CYCLE|CYCLE)/g,
    'SET $1',
  );
  draft.add('columns', `${alter} SET GENERATED ${always ? 'ALWAYS' : 'BY DEFAULT'} ${clauses}`);
}
