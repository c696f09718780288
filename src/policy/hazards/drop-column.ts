import type { AlterTableCmd } from '@pgsql/types';
import { keyOf } from '../statements/ast';
import { columnType, typeText, type ColumnType } from '../statements/types';
import type { Hazard, HazardContext } from './hazard';
import { columnAddedHere } from './names';
import { addedColumns, alterations } from './sql';

export const hazard: Hazard = {
  id: 'drop-column',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return alterations(statement)
      .filter(
        ({ command, table }) =>
          command.subtype === 'AT_DropColumn' &&
          !context.isNew(table) &&
          !isMissing(command, table, context) &&
          !columnAddedHere(command.name ?? '', table, context),
      )
      .map(({ command, table }) => ({
        severity: context.rows(table) === 0 ? 'warning' : 'danger',
        message: `The values of ${table}.${command.name} are gone for good, and the running version fails: Prisma names every column of a model in each query. Take the field out of the Prisma schema and release that first; drop the column in a later migration.${renameHint(command.name ?? '', table, context)}`,
        saferSql: null,
      }));
  },
};

/** What IF EXISTS passes over. */
function isMissing({ missing_ok, name = '' }: AlterTableCmd, table: string, { schema }: HazardContext): boolean {
  const known = schema.table(table);
  return missing_ok === true && schema.complete && known !== undefined && !known.columns.has(name);
}

/** Prisma writes a renamed field as a drop and an add of the same type: it cannot know that the two are one. */
function renameHint(column: string, table: string, { schema, steps }: HazardContext): string {
  const type = schema.table(table)?.columns.get(column)?.type;
  const twin = steps
    .flatMap(({ statement }) => addedColumns(statement))
    .find((added) => keyOf(added.table) === keyOf(table) && isSameType(columnType(added.column.typeName), type));
  return twin
    ? ` If ${twin.column.colname} is its new name, nothing carries the values over: keep the column with @map("${column}").`
    : '';
}

function isSameType(a: ColumnType, b: ColumnType | undefined): boolean {
  return b !== undefined && typeText(a) === typeText(b);
}
