import { addColumnRewrite } from '../statements/columns';
import { addedColumns, lines, quote } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'constrained-domain-column',
  docs: 'https://www.postgresql.org/docs/current/sql-createdomain.html',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedColumns(statement).flatMap((added) => {
      const rewrite = addColumnRewrite(added.column, context.schema);
      if (rewrite?.cause !== 'constrained-domain') return [];
      return context.whileBusy(added.table, 'rewrite', (howLong) => ({
        message: `The domain of ${added.table}.${added.column.colname} has a constraint, so adding the column holds ACCESS EXCLUSIVE on the table ${howLong}. Nobody can read or write it.`,
        saferSql: lines(
          '-- with the type under the domain, and its constraint as a check',
          `ALTER TABLE ${added.quoted} ADD COLUMN ${quote(added.column.colname)} ...;`,
          `ALTER TABLE ${added.quoted} ADD CONSTRAINT ${quote(`${added.column.colname}_check`)} CHECK (...) NOT VALID;`,
          `ALTER TABLE ${added.quoted} VALIDATE CONSTRAINT ${quote(`${added.column.colname}_check`)};`,
        ),
      }));
    });
  },
};
