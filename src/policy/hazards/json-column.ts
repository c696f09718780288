import { typeNameOf } from '../statements/ast';
import { addedColumns } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'json-column',
  docs: 'https://www.postgresql.org/docs/current/datatype-json.html',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedColumns(statement)
      .filter(({ column, table }) => typeNameOf(column.typeName) === 'json' && !context.isNew(table))
      .map(({ column, table }) => ({
        severity: 'info',
        message: `json has no equality: SELECT DISTINCT, UNION and GROUP BY over all columns of ${table} fail once ${column.colname} is there. jsonb has it. In Prisma: Json without @db.Json.`,
        saferSql: null,
      }));
  },
};
