import { opaqueSql } from '../statements/plpgsql';
import { doBody } from '../statements/transactions';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'opaque-sql',
  docs: 'https://www.postgresql.org/docs/current/plpgsql-statements.html#PLPGSQL-STATEMENTS-EXECUTING-DYN',
  onlineForm: false,
  on: ['DoStmt'],
  detect({ node }) {
    const body = doBody(node);
    const built = body === null ? [] : opaqueSql(body);
    if (built.length === 0) return [];
    return [
      {
        severity: built.some((expression) => LOCKS.test(expression)) ? 'warning' : 'info',
        message:
          'The DO block puts SQL together as it runs (EXECUTE): what that locks, rewrites or drops cannot be foreseen here; the rehearsal measures it.',
        saferSql: null,
      },
    ];
  },
};

/** Words that what is put together begins with where it changes tables or their rows. */
const LOCKS =
  /'\s*(?:ALTER\s+TABLE|CREATE\s+(?:UNIQUE\s+)?INDEX|DROP|TRUNCATE|REINDEX|CLUSTER|VACUUM|LOCK|UPDATE|DELETE|MERGE)\b/i;
