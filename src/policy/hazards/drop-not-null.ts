import { alterations } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'drop-not-null',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return alterations(statement)
      .filter(({ command, table }) => command.subtype === 'AT_DropNotNull' && !context.isNew(table))
      .filter(({ command, table }) => context.schema.table(table)?.columns.get(command.name ?? '')?.notNull ?? true)
      .map(({ command, table }) => ({
        severity: 'info',
        message: `The running version does not expect a NULL in ${table}.${command.name}: Prisma Client fails to read such a row. Write none before the next version is out everywhere.`,
        saferSql: null,
      }));
  },
};
