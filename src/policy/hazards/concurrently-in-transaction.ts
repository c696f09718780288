import { canRunInTransaction } from '../statements';
import { oneLine } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'concurrently-in-transaction',
  docs: 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  onlineForm: false,
  detect(statement, { inOwnTransaction, facts }) {
    if (!inOwnTransaction || canRunInTransaction(statement)) return [];
    return [
      {
        severity: 'danger',
        message: `${facts.kind} stands inside the file's own BEGIN ... COMMIT: PostgreSQL refuses it there (25001), and the migration fails.`,
        saferSql: `-- in a migration of its own\n${oneLine(statement.text)};`,
      },
    ];
  },
};
