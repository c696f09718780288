import { as, relationOf } from '../statements/ast';
import type { Schema } from '../statements';
import { isKey } from '../statements/schema';
import { lines, oneLine, quoteName } from './sql';
import type { Finding, Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'refresh-materialized-view',
  docs: 'https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html',
  onlineForm: false,
  on: ['RefreshMatViewStmt'],
  detect({ node, text }, context) {
    const refresh = as(node, 'RefreshMatViewStmt');
    const view = relationOf(refresh?.relation);
    if (refresh?.concurrent) return hasKey(view, context.schema) ? [] : [refused(view)];
    if (!refresh || context.isNew(view)) return [];
    return [
      {
        severity: 'danger',
        message: `REFRESH holds ACCESS EXCLUSIVE on ${view} for as long as its query runs: nobody can read it. CONCURRENTLY needs a unique index on it.`,
        saferSql: lines(
          hasKey(view, context.schema) ? null : keyFor(view),
          `${oneLine(text).replace(/\bVIEW\b/i, 'VIEW CONCURRENTLY')};`,
        ),
      },
    ];
  },
};

/** PostgreSQL wants to tell the rows apart by an index that covers all of them. */
function hasKey(view: string, schema: Schema): boolean {
  return schema.table(view)?.kind !== 'materialized view' || schema.indexesOf(view).some(isKey);
}

function refused(view: string): Finding {
  return {
    severity: 'danger',
    message: `${view} has no unique index over all of its rows: PostgreSQL refuses to refresh it CONCURRENTLY, and the migration fails.`,
    saferSql: keyFor(view),
  };
}

function keyFor(view: string): string {
  return `CREATE UNIQUE INDEX CONCURRENTLY ON ${quoteName(view)} (...);`;
}
