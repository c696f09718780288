import { all, as, relationOf } from '../statements/ast';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'truncate',
  docs: 'https://www.postgresql.org/docs/current/sql-truncate.html',
  onlineForm: false,
  on: ['TruncateStmt'],
  detect({ node }, context) {
    return all(as(node, 'TruncateStmt')?.relations, 'RangeVar')
      .map(relationOf)
      .filter((table) => !context.isNew(table) && context.rows(table) !== 0)
      .map((table) => ({
        severity: 'danger',
        message: `Every row of ${table} is gone, under ACCESS EXCLUSIVE: it waits for every query on the table, and all that come after wait behind it. Delete in batches, by a condition that says which rows.`,
        saferSql: null,
      }));
  },
};
