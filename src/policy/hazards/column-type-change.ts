import { typeChangeOf } from '../statements/alter-table';
import { losesValues, rewritesRows, typeText, type TypeChange } from '../statements/types';
import type { Finding, Hazard, HazardContext } from './hazard';
import { alterations, lines, quote, type Alteration } from './sql';

/** Many changes only relabel the column (varchar to text, a wider varchar or numeric); the others write every row anew. */
export const hazard: Hazard = {
  id: 'column-type-change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return alterations(statement)
      .filter(({ command }) => command.subtype === 'AT_AlterColumnType')
      .flatMap((alteration) =>
        finding(alteration, typeChangeOf(alteration.command, alteration.table, context.schema), context),
      );
  },
};

function finding(alteration: Alteration, change: TypeChange, context: HazardContext): Finding[] {
  const { table } = alteration;
  const what = `${table}.${change.column}${change.from?.name ? ` from ${typeText(change.from)}` : ''} to ${typeText(change.to)}`;
  if (rewritesRows(change, context.schema)) {
    const loss = losesValues(change)
      ? ' Values that do not fit the new type are rounded or cut.'
      : ' One value that does not fit the new type makes it fail.';
    return context.whileBusy(table, 'rewrite', (howLong) => ({
      message: `Changing ${what} holds ACCESS EXCLUSIVE on ${table} ${howLong}, with its indexes. Nobody can read or write it, and it needs room for a second copy.${loss}`,
      saferSql: expandAndContract(alteration, change),
    }));
  }
  const zones = change.from !== null && change.from.name !== change.to.name && change.from.name.startsWith('timestamp');
  if (!zones || context.isNew(table)) return [];
  const message = `Changing ${what} reads the stored values in the session's time zone: in any other zone than UTC it rewrites the table under ACCESS EXCLUSIVE and shifts what the values mean.`;
  return [{ severity: 'warning', message, saferSql: null }];
}

function expandAndContract({ quoted }: Alteration, { column, to }: TypeChange): string {
  const next = quote(`${column}_new`);
  const type = typeText({
    ...to,
    name: to.name.includes('.') || /[A-Z]/.test(to.name) ? to.name.split('.').map(quote).join('.') : to.name,
  });
  return lines(
    `ALTER TABLE ${quoted} ADD COLUMN ${next} ${type};`,
    '-- write both columns from the application, fill the old rows in batches:',
    `UPDATE ${quoted} SET ${next} = ${quote(column)}::${type} WHERE ${next} IS NULL AND ...;`,
    '-- once everything reads the new column',
    `ALTER TABLE ${quoted} DROP COLUMN ${quote(column)};`,
  );
}
