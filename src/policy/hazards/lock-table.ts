import { as } from '../statements/ast';
import { blocks, manualName, strength } from '../statements/locks';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'lock-table',
  docs: 'https://www.postgresql.org/docs/current/sql-lock.html',
  onlineForm: false,
  on: ['LockStmt'],
  detect({ node }, { facts }) {
    if (!as(node, 'LockStmt')) return [];
    return facts.contested
      .filter(({ mode }) => strength(mode) >= strength('ShareLock'))
      .map(({ relation, mode }) => ({
        severity: 'danger',
        message: `LOCK TABLE holds ${manualName(mode)} on ${relation} until the transaction ends: ${blocks(mode)} wait, however little the rest of it does.`,
        saferSql: null,
      }));
  },
};
