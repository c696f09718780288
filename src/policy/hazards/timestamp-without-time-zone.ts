import { columnsOfType } from './sql';
import type { Hazard } from './hazard';

/** Prisma's DateTime is TIMESTAMP(3) unless told otherwise, so this informs and no more. */
export const hazard: Hazard = {
  id: 'timestamp-without-time-zone',
  docs: 'https://www.postgresql.org/docs/current/datatype-datetime.html',
  onlineForm: false,
  on: ['AlterTableStmt', 'CreateStmt'],
  detect(statement) {
    const columns = columnsOfType(statement, 'timestamp');
    if (columns.length === 0) return [];
    const message = `${columns.join(', ')}: a timestamp without time zone does not say which moment it means once a client or server is not in UTC. In Prisma: @db.Timestamptz(3).`;
    return [{ severity: 'info', message, saferSql: null }];
  },
};
