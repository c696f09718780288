import { as } from '../statements/ast';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'alter-system',
  docs: 'https://www.postgresql.org/docs/current/sql-altersystem.html',
  onlineForm: false,
  on: ['AlterDatabaseSetStmt', 'AlterSystemStmt'],
  detect({ node }) {
    const statement = as(node, 'AlterSystemStmt') ?? as(node, 'AlterDatabaseSetStmt');
    if (!statement) return [];
    const whole = as(node, 'AlterSystemStmt') !== undefined;
    return [
      {
        severity: whole ? 'danger' : 'warning',
        message: `${whole ? 'ALTER SYSTEM changes every database of the server' : 'ALTER DATABASE ... SET changes every new session'} and is in no backup of this database: a rollback does not undo it. It belongs to the server's configuration, not to a migration.`,
        saferSql: null,
      },
    ];
  },
};
