import { addedConstraints } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'exclusion-constraint',
  docs: 'https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedConstraints(statement, 'CONSTR_EXCLUSION').flatMap(({ table }) =>
      context.whileBusy(table, 'index', (howLong) => ({
        message: `ADD EXCLUDE holds ACCESS EXCLUSIVE on ${table} ${howLong}. Nobody can read or write it. PostgreSQL has no concurrent form of it: add it to a new table and move the rows, or take a maintenance window.`,
        saferSql: null,
      })),
    );
  },
};
