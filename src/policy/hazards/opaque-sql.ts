import { hasOpaqueSql } from '../statements/plpgsql';
import { doBody } from '../statements/transactions';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'opaque-sql',
  docs: 'https://www.postgresql.org/docs/current/plpgsql-statements.html#PLPGSQL-STATEMENTS-EXECUTING-DYN',
  onlineForm: false,
  on: ['DoStmt'],
  detect({ node }) {
    const body = doBody(node);
    if (body === null || !hasOpaqueSql(body)) return [];
    return [
      {
        severity: 'info',
        message:
          'The DO block puts SQL together as it runs (EXECUTE): what that locks, rewrites or drops cannot be foreseen here; the rehearsal measures it.',
        saferSql: null,
      },
    ];
  },
};
