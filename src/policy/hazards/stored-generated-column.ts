import { addColumnRewrite } from '../statements/columns';
import { addedColumns, columnHead, lines } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'stored-generated-column',
  docs: 'https://www.postgresql.org/docs/current/ddl-generated-columns.html',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedColumns(statement).flatMap((added) => {
      const rewrite = addColumnRewrite(added.column, context.schema);
      if (rewrite?.cause !== 'stored-generated') return [];
      return context.whileBusy(added.table, 'rewrite', (howLong) => ({
        message: `Adding the stored generated column ${added.table}.${added.column.colname} holds ACCESS EXCLUSIVE on the table ${howLong}. Nobody can read or write it. A plain column that a trigger fills, or (PostgreSQL 18) a virtual one, needs no rewrite.`,
        saferSql: lines(
          `ALTER TABLE ${added.quoted} ADD COLUMN ${columnHead(added)};`,
          '-- fill it by a trigger for new rows, and in batches for the old ones',
        ),
      }));
    });
  },
};
