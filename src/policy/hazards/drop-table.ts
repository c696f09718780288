import { dropped, passedOver } from './names';
import { count } from './sizes';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'drop-table',
  docs: 'https://www.postgresql.org/docs/current/sql-droptable.html',
  onlineForm: false,
  on: ['DropStmt'],
  detect(statement, context) {
    const tables = dropped(statement, 'OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE').filter(
      (table) => !context.isNew(table) && !passedOver(table, statement, context),
    );
    return tables.map((table) => ({
      severity: context.rows(table) === 0 ? 'warning' : 'danger',
      message: `${table} and its rows${rowCount(context.rows(table))} are gone; what the running version still asks of it fails. Take it out of the Prisma schema and release that first; drop it in a later migration.`,
      saferSql: null,
    }));
  },
};

function rowCount(rows: number | null): string {
  return rows === null ? '' : ` (${count(rows)})`;
}
