import { as, relationOf } from '../statements/ast';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'trigger-on-existing-table',
  docs: 'https://www.postgresql.org/docs/current/sql-createtrigger.html',
  onlineForm: false,
  on: ['CreateTrigStmt', 'RuleStmt'],
  detect({ node }, context) {
    const trigger = as(node, 'CreateTrigStmt');
    const rule = as(node, 'RuleStmt');
    const table = relationOf(trigger?.relation ?? rule?.relation);
    // A view has no rows of its own, and only its own writers wait.
    const isView = context.schema.table(table)?.kind === 'view';
    if (!(trigger ?? rule) || context.isNew(table) || isView) return [];
    const lock = trigger ? 'SHARE ROW EXCLUSIVE: writes' : 'ACCESS EXCLUSIVE: reads and writes';
    return [
      {
        severity: 'warning',
        message: `CREATE ${trigger ? 'TRIGGER' : 'RULE'} takes ${lock} on ${table} wait until it commits. From then on every write runs it: an error in it stops the writes of the running version.`,
        saferSql: null,
      },
    ];
  },
};
