import { as, relationOf } from '../statements/ast';
import { oneLine, quoteRange } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'if-not-exists-index',
  docs: 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  onlineForm: false,
  on: ['IndexStmt'],
  detect({ node, text }, context) {
    const index = as(node, 'IndexStmt');
    const table = relationOf(index?.relation);
    if (!index?.if_not_exists || context.isNew(table)) return [];
    const created = oneLine(text)
      .replace(/\bINDEX(?:\s+CONCURRENTLY)?/i, 'INDEX CONCURRENTLY')
      .replace(/\s+IF\s+NOT\s+EXISTS/i, '');
    const name = quoteRange({ ...index.relation, relname: index.idxname ?? '' });
    return [
      {
        severity: 'warning',
        message: `IF NOT EXISTS is content with any index called ${index.idxname}: one that a failed CREATE INDEX CONCURRENTLY left invalid, or one on other columns. It is not checked, and queries do not use it.`,
        saferSql: context.schema.table(table)?.partitioned
          ? null
          : `DROP INDEX CONCURRENTLY IF EXISTS ${name};\n${created};`,
      },
    ];
  },
};
