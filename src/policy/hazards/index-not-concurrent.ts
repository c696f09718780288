import { as, relationOf } from '../statements/ast';
import { indexBesideWriters } from './index-beside-writers';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'index-not-concurrent',
  docs: 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  onlineForm: true,
  left: 'Built concurrently it takes two passes over the table and waits for every older transaction.',
  on: ['IndexStmt'],
  detect({ node, text }, context) {
    const index = as(node, 'IndexStmt');
    if (!index || index.concurrent || !context.facts.scans) return [];
    const table = relationOf(index.relation);
    // Nobody but REFRESH writes to a materialized view.
    const isView = context.schema.table(table)?.kind === 'materialized view';
    const waits = isView ? 'A REFRESH of it waits; reads go on.' : 'Every INSERT, UPDATE and DELETE on it waits.';
    const duplicates = index.unique ? ' It fails if the rows that are there hold duplicates.' : '';
    const found = context.whileBusy(table, 'index', (howLong) => ({
      message: `CREATE INDEX without CONCURRENTLY holds SHARE on ${table} ${howLong}. ${waits}${duplicates}`,
      saferSql: indexBesideWriters(text, table, index.idxname, context.schema),
    }));
    return isView ? found.map((each) => ({ ...each, severity: 'info' })) : found;
  },
};
