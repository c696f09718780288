import { dropped } from './names';
import { count } from './sizes';
import { quote, quoteName } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'drop-table',
  docs: 'https://www.postgresql.org/docs/current/sql-droptable.html',
  onlineForm: false,
  on: ['DropStmt'],
  detect(statement, context) {
    const tables = dropped(statement, 'OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE').filter(
      (table) => !context.isNew(table) && !context.schema.isMissing(table),
    );
    return tables.map((table) => ({
      severity: 'danger',
      message: `${table} and its rows${rowCount(context.rows(table))} are gone; what the running version still asks of it fails. Take it out of use one release earlier, keep it renamed for a while, then drop it.`,
      saferSql: `ALTER TABLE ${quoteName(table)} RENAME TO ${quote(`${table.split('.').at(-1)}_dropped`)};\n-- once nobody has missed it: DROP TABLE`,
    }));
  },
};

function rowCount(rows: number | null): string {
  return rows === null ? '' : ` (${count(rows)})`;
}
