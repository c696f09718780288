import { as, relationOf } from '../statements/ast';
import type { Hazard } from './hazard';
import { alterations, lines, quote, quoteRange } from './sql';

/** A table that becomes a partition is often the one that was in use until then. */
export const hazard: Hazard = {
  id: 'attach-partition-without-check',
  docs: 'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return alterations(statement).flatMap(({ command, table, text, quoted }) => {
      const partition = command.subtype === 'AT_AttachPartition' ? as(command.def, 'PartitionCmd') : undefined;
      const name = relationOf(partition?.name);
      if (!partition || context.schema.table(name)?.constraints.some(({ kind, valid }) => kind === 'check' && valid))
        return [];
      return context.whileBusy(name, 'scan', (howLong) => ({
        message: `ATTACH PARTITION holds ACCESS EXCLUSIVE on ${name} ${howLong}, to see that they all belong into this part of ${table}. A default partition is read too. A valid check that says so makes it instant.`,
        saferSql: lines(
          `ALTER TABLE ${quoteRange(partition.name)} ADD CONSTRAINT ${quote(`${name}_bounds`)} CHECK (...) NOT VALID;`,
          `ALTER TABLE ${quoteRange(partition.name)} VALIDATE CONSTRAINT ${quote(`${name}_bounds`)};`,
          `ALTER TABLE ${quoted} ${text};`,
        ),
      }));
    });
  },
};
