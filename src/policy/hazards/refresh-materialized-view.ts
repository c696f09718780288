import { as, relationOf } from '../statements/ast';
import { oneLine } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'refresh-materialized-view',
  docs: 'https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html',
  onlineForm: false,
  on: ['RefreshMatViewStmt'],
  detect({ node, text }, context) {
    const refresh = as(node, 'RefreshMatViewStmt');
    if (!refresh || refresh.concurrent || context.isNew(relationOf(refresh.relation))) return [];
    return [
      {
        severity: 'danger',
        message: `REFRESH holds ACCESS EXCLUSIVE on ${relationOf(refresh.relation)} for as long as its query runs: nobody can read it. CONCURRENTLY needs a unique index on it.`,
        saferSql: `${oneLine(text).replace(/\bVIEW\b/i, 'VIEW CONCURRENTLY')};`,
      },
    ];
  },
};
