import { all, as, relationOf } from '../statements/ast';
import { alterations, lines, oneLine, quoteRange } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'partition-lock-on-parent',
  docs: 'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  onlineForm: false,
  on: ['AlterTableStmt', 'CreateStmt'],
  detect(statement, context) {
    const create = as(statement.node, 'CreateStmt');
    const [parent] = all(create?.inhRelations, 'RangeVar');
    if (create?.partbound && parent && !context.isNew(relationOf(parent))) {
      const message = `CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on ${relationOf(parent)}: it waits for every query on any partition, and all that come after wait behind it.`;
      const made = quoteRange(create.relation);
      const bounds = /\b(?:FOR\s+VALUES[\s\S]*|DEFAULT)$/i.exec(oneLine(statement.text))?.[0] ?? 'FOR VALUES ...';
      return [
        {
          severity: 'warning',
          message,
          saferSql: lines(
            `CREATE TABLE ${made} (LIKE ${quoteRange(parent)} INCLUDING ALL);`,
            `ALTER TABLE ${quoteRange(parent)} ATTACH PARTITION ${made} ${bounds};`,
          ),
        },
      ];
    }
    return alterations(statement)
      .filter(
        ({ command, table }) =>
          command.subtype === 'AT_DetachPartition' &&
          !as(command.def, 'PartitionCmd')?.concurrent &&
          !context.isNew(table),
      )
      .map(({ table, quoted, text }) => ({
        severity: 'warning',
        message: `DETACH PARTITION takes ACCESS EXCLUSIVE on ${table}: it waits for every query on any partition, and all that come after wait behind it.`,
        saferSql: `ALTER TABLE ${quoted} ${text} CONCURRENTLY;`,
      }));
  },
};
