import { keyOf } from '../statements/ast';
import type { Hazard, HazardContext } from './hazard';
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
          !onlyAddedHere(command.name ?? '', table, context),
      )
      .map(({ command, table }) => ({
        severity: context.rows(table) === 0 ? 'warning' : 'danger',
        message: `The values of ${table}.${command.name} are gone for good, and the running version fails: Prisma names every column of a model in each query. Take the field out of the Prisma schema and release that first; drop the column in a later migration.`,
        saferSql: null,
      }));
  },
};

/** A column that this script added has no values to lose. */
function onlyAddedHere(column: string, table: string, { steps, position }: HazardContext): boolean {
  return steps
    .slice(0, position)
    .some(({ statement }) =>
      addedColumns(statement).some((added) => added.column.colname === column && keyOf(added.table) === keyOf(table)),
    );
}
