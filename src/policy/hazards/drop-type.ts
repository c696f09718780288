import { as } from '../statements/ast';
import { createdHere, dropped, renamedHere } from './names';
import type { Finding, Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'drop-type',
  docs: 'https://www.postgresql.org/docs/current/sql-droptype.html',
  onlineForm: false,
  on: ['DropStmt'],
  detect(statement, context) {
    if (as(statement.node, 'DropStmt')?.behavior === 'DROP_CASCADE') return [];
    return dropped(statement, 'OBJECT_TYPE', 'OBJECT_DOMAIN').flatMap((type): Finding[] => {
      if (createdHere(type, context) || renamedHere(type, context)) return [];
      const users = context.schema.tablesWithType(type).map(({ name }) => name);
      if (users.length > 0)
        return [
          {
            severity: 'danger',
            message: `${users.join(', ')} still has a column of type ${type}: the statement fails.`,
            saferSql: null,
          },
        ];
      // A type that no column has is dead weight; only a history that is not complete leaves a doubt.
      if (context.schema.complete) return [];
      return [
        {
          severity: 'info',
          message: `PostgreSQL refuses to drop ${type} while a column uses it; queries of the running version that cast to it fail.`,
          saferSql: null,
        },
      ];
    });
  },
};
