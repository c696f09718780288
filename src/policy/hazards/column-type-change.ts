import { foreignKeys } from '../statements/schema';
import { checksTestedAnew, constraintsDropped, indexesMadeAnew, typeChangeOf } from '../statements/type-change';
import { cannotFail, losesValues, rewritesRows, typeText, type TypeChange } from '../statements/types';
import type { Index } from '../statements/schema';
import type { Finding, Hazard, HazardContext } from './hazard';
import { alterations, lines, quote, quoteList, type Alteration } from './sql';

/** Many changes only relabel the column (varchar to text, a wider varchar or numeric); the others write every row anew. */
export const hazard: Hazard = {
  id: 'column-type-change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    const all = alterations(statement);
    const gone = constraintsDropped(all.map(({ command }) => command));
    return all
      .filter(({ command }) => command.subtype === 'AT_AlterColumnType')
      .flatMap((alteration) => {
        const change = typeChangeOf(alteration.command, alteration.table, context);
        return rewritesRows(change, context.schema)
          ? rewritten(alteration, change, context)
          : [...zone(alteration, change, context), ...madeAnew(alteration, change, gone, context)];
      });
  },
};

function rewritten(alteration: Alteration, change: TypeChange, context: HazardContext): Finding[] {
  const { table } = alteration;
  const loss = losesValues(change)
    ? ' Values that do not fit the new type are rounded or cut.'
    : cannotFail(change, context.schema)
      ? ''
      : ' One value that does not fit the new type makes it fail.';
  const others = tablesOfKeys(table, change.column, context);
  const keys = others.length ? ` Foreign keys are made anew, under the same lock on ${others.join(', ')}.` : '';
  return context.whileBusy(table, 'rewrite', (howLong) => ({
    message: `Changing ${inWords(table, change)} holds ACCESS EXCLUSIVE on ${table} ${howLong}, with its indexes. Nobody can read or write it, and it needs room for a second copy.${keys}${loss}`,
    saferSql: expandAndContract(alteration, change, context),
  }));
}

/** Rows that are kept are read all the same where an index or a check has to be made anew. */
function madeAnew(alteration: Alteration, change: TypeChange, gone: string[], context: HazardContext): Finding[] {
  const { table, quoted, text } = alteration;
  const what = `Changing ${inWords(table, change)} keeps the rows, but`;
  const indexes = indexesMadeAnew(change, table, context.schema);
  const checks = checksTestedAnew(change, table, context.schema, gone).map(({ name }) => name);
  if (indexes.length > 0)
    return context.whileBusy(table, 'index', (howLong) => ({
      message: `${what} builds ${indexes.map(({ name }) => name).join(', ')} anew, and holds ACCESS EXCLUSIVE on ${table} ${howLong}. Nobody can read or write it.`,
      saferSql: indexes.some(({ unique }) => unique)
        ? expandAndContract(alteration, change, context)
        : withoutIndexes(alteration, indexes),
    }));
  if (checks.length === 0) return [];
  return context.whileBusy(table, 'scan', (howLong) => ({
    message: `${what} tests ${checks.join(', ')} on every row again, and holds ACCESS EXCLUSIVE on ${table} ${howLong}. Nobody can read or write it.`,
    saferSql: lines(
      `ALTER TABLE ${quoted} ${checks.map((name) => `DROP CONSTRAINT ${quote(name)}`).join(', ')}, ${text}, ${checks.map((name) => `ADD CONSTRAINT ${quote(name)} CHECK (...) NOT VALID`).join(', ')};`,
      '-- then, in a transaction of its own; reads and writes go on',
      ...checks.map((name) => `ALTER TABLE ${quoted} VALIDATE CONSTRAINT ${quote(name)};`),
    ),
  }));
}

function withoutIndexes({ quoted, text }: Alteration, indexes: Index[]): string {
  return lines(
    '-- queries do without it meanwhile',
    ...indexes.map(({ name }) => `DROP INDEX CONCURRENTLY ${quoteList(name.split('.'))};`),
    `ALTER TABLE ${quoted} ${text};`,
    ...indexes.map(({ name }) => `CREATE INDEX CONCURRENTLY ${quote(name.split('.').at(-1))} ON ${quoted} ...;`),
  );
}

function zone({ table }: Alteration, change: TypeChange, context: HazardContext): Finding[] {
  const zones = change.from !== null && change.from.name !== change.to.name && change.from.name.startsWith('timestamp');
  if (!zones || change.zone === 'utc' || context.isNew(table)) return [];
  const message = `Changing ${inWords(table, change)} reads the stored values in the session's time zone: in any other zone than UTC it rewrites the table under ACCESS EXCLUSIVE and shifts what the values mean.`;
  return [{ severity: 'warning', message, saferSql: null }];
}

function inWords(table: string, { column, from, to }: TypeChange): string {
  return `${table}.${column}${from?.name ? ` from ${typeText(from)}` : ''} to ${typeText(to)}`;
}

/** Tables whose foreign keys use the column, and those that its own point at. */
function tablesOfKeys(table: string, column: string, { schema }: HazardContext): string[] {
  const own = foreignKeys(schema.table(table)).filter(({ columns }) => columns.includes(column));
  const others = schema.referencing(table).filter(({ constraint }) => constraint.referencedColumns.includes(column));
  const names = [...own.map(({ references }) => references ?? ''), ...others.map((each) => each.table.name)];
  return [...new Set(names)].filter((name) => name !== table);
}

/** By the statement's own words; without USING it casts as an assignment does. */
function expandAndContract({ quoted, table, text }: Alteration, change: TypeChange, context: HazardContext): string {
  const { column } = change;
  const next = quote(`${column}_new`);
  const [, type = '...', using = quote(column)] = /\bTYPE\s+([\s\S]+?)(?:\s+USING\s+([\s\S]+))?$/i.exec(text) ?? [];
  const refers = context.schema
    .referencing(table)
    .filter(({ constraint }) => constraint.referencedColumns.includes(column))
    .map(({ table: { name }, constraint }) => `${name}.${constraint.columns.join(', ')}`);
  return lines(
    `ALTER TABLE ${quoted} ADD COLUMN ${next} ${type};`,
    '-- write both columns from the application, fill the old rows in batches:',
    `UPDATE ${quoted} SET ${next} = ${using} WHERE ${next} IS NULL AND ...;`,
    refers.length > 0
      ? `-- the same for what refers to it: ${refers.join('; ')}; then move the keys to the new columns`
      : null,
    '-- once everything reads the new column',
    `ALTER TABLE ${quoted} DROP COLUMN ${quote(column)};`,
  );
}
