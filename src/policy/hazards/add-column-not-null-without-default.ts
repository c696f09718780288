import { lacksValue } from '../statements/columns';
import { emptiedHere } from './names';
import { addedColumns, columnHead, lines, quote } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'add-column-not-null-without-default',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-COLUMN',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedColumns(statement)
      .filter(({ column, table }) => lacksValue(column) && !context.isNew(table) && context.rows(table) !== 0)
      .map((added) => ({
        ...(emptiedHere(added.table, context)
          ? {
              severity: 'warning' as const,
              message: `${added.table}.${added.column.colname} is added as NOT NULL with no default. The script empties the table before, so it does not fail; but the running version, which does not know the column, cannot insert from here on.`,
            }
          : {
              severity: 'danger' as const,
              message: `${added.table}.${added.column.colname} is added as NOT NULL with no default: the statement fails as soon as the table has one row, and until it is filled the running version cannot insert.`,
            }),
        saferSql: lines(
          `ALTER TABLE ${added.quoted} ADD COLUMN ${columnHead(added)};`,
          '-- write it from the application, fill the old rows in batches, then',
          `ALTER TABLE ${added.quoted} ADD CONSTRAINT ${quote(`${added.column.colname}_not_null`)} CHECK (${quote(added.column.colname)} IS NOT NULL) NOT VALID;`,
          `ALTER TABLE ${added.quoted} VALIDATE CONSTRAINT ${quote(`${added.column.colname}_not_null`)};`,
          `ALTER TABLE ${added.quoted} ALTER COLUMN ${quote(added.column.colname)} SET NOT NULL;`,
        ),
      }));
  },
};
