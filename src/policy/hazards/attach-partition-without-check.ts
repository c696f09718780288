import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, relationOf } from '../statements/ast';
import { boundsAreProven, defaultPartitionOf, keyIsLimited } from '../statements/partitions';
import type { Finding, Hazard, HazardContext } from './hazard';
import { alterations, lines, oneLine, quote, quoteName } from './sql';

/** A table that becomes a partition is often the one that was in use until then; a default partition is in use for certain. */
export const hazard: Hazard = {
  id: 'attach-partition-without-check',
  docs: 'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  onlineForm: false,
  on: ['AlterTableStmt', 'CreateStmt'],
  detect(statement, context) {
    return joining(statement).flatMap((joins) => [...partitionRead(joins, context), ...defaultRead(joins, context)]);
  },
};

interface Joining {
  parent: string;
  partition: string;
  /** False for one that is made with the statement. */
  attached: boolean;
  kind: 'ATTACH PARTITION' | 'CREATE TABLE ... PARTITION OF';
  sql: string;
}

/** The partitions that a statement adds. */
function joining(statement: ParsedStatement): Joining[] {
  const create = as(statement.node, 'CreateStmt');
  const [parent] = create?.partbound ? all(create.inhRelations, 'RangeVar') : [];
  const sql = `${oneLine(statement.text)};`;
  const made = { parent: relationOf(parent), partition: relationOf(create?.relation), attached: false };
  if (parent) return [{ ...made, kind: 'CREATE TABLE ... PARTITION OF', sql }];
  if (as(statement.node, 'AlterTableStmt')?.objtype === 'OBJECT_INDEX') return [];
  return alterations(statement).flatMap(({ command, table }) =>
    command.subtype === 'AT_AttachPartition'
      ? [
          {
            parent: table,
            partition: relationOf(as(command.def, 'PartitionCmd')?.name),
            attached: true,
            kind: 'ATTACH PARTITION',
            sql,
          },
        ]
      : [],
  );
}

function partitionRead({ parent, partition, attached, sql }: Joining, context: HazardContext): Finding[] {
  if (!attached || boundsAreProven(partition, parent, context.schema)) return [];
  return context.whileBusy(partition, 'scan', (howLong) => ({
    message: `ATTACH PARTITION holds ACCESS EXCLUSIVE on ${partition} ${howLong}, to see that they all belong into this part of ${parent}. A valid check on the partition key, which is NOT NULL, makes it instant.`,
    saferSql: lines(...provenFirst(partition, `${partition}_bounds`), sql),
  }));
}

/** A default partition may hold what belongs into the new one. */
function defaultRead({ parent, partition, kind, sql }: Joining, context: HazardContext): Finding[] {
  const rest = defaultPartitionOf(parent, context.schema);
  if (!rest || keyIsLimited(rest.name, parent, context.schema)) return [];
  return context.whileBusy(rest.name, 'scan', (howLong) => ({
    message: `${kind} holds ACCESS EXCLUSIVE on ${rest.name}, the default partition of ${parent}, ${howLong}, to see that none of them belongs into ${partition}. Nobody can read or write it. A valid check there that leaves no room for such rows makes it instant.`,
    saferSql: lines(...provenFirst(rest.name, `${rest.name}_without_${partition}`), sql),
  }));
}

function provenFirst(table: string, check: string): string[] {
  const name = quote(check.split('.').join('_'));
  return [
    `ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${name} CHECK (...) NOT VALID;`,
    '-- then, in a transaction of its own; reads and writes go on',
    `ALTER TABLE ${quoteName(table)} VALIDATE CONSTRAINT ${name};`,
  ];
}
