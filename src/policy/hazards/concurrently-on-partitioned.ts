import type { ParsedStatement } from '../../adapters/sql-parser';
import { as, relationOf } from '../statements/ast';
import type { Hazard, HazardContext } from './hazard';
import { dropped } from './names';
import { indexByPartitions } from './index-beside-writers';
import { addedConstraints, alterations } from './sql';

/** Forms that PostgreSQL has, but not for a table in partitions. */
export const hazard: Hazard = {
  id: 'concurrently-on-partitioned',
  docs: 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  onlineForm: false,
  on: ['AlterTableStmt', 'DropStmt', 'IndexStmt'],
  detect(statement, context) {
    return [
      ...newIndex(statement, context),
      ...oldIndexes(statement, context),
      ...detached(statement, context),
      ...laterKeys(statement, context),
    ].map(({ table, saferSql }) => ({
      severity: 'danger',
      message: `PostgreSQL refuses ${inWords(statement, context)} here, because of the partitions of ${table}: the migration fails.`,
      saferSql,
    }));
  },
};

function inWords(statement: ParsedStatement, { facts: { kind } }: HazardContext): string {
  if (kind.endsWith('CONCURRENTLY')) return kind;
  return `${kind} ${addedConstraints(statement, 'CONSTR_FOREIGN').length > 0 ? 'NOT VALID' : 'CONCURRENTLY'}`;
}

function laterKeys(statement: ParsedStatement, { schema }: HazardContext): Refusal[] {
  return addedConstraints(statement, 'CONSTR_FOREIGN').flatMap(({ constraint, table }) =>
    constraint.skip_validation && schema.validatesAtOnce(table) ? [{ table, saferSql: null }] : [],
  );
}

type Refusal = { table: string; saferSql: string | null };

function newIndex({ node, text }: ParsedStatement, { schema }: HazardContext): Refusal[] {
  const index = as(node, 'IndexStmt');
  const table = relationOf(index?.relation);
  if (!index?.concurrent || !schema.table(table)?.partitioned) return [];
  return [{ table, saferSql: indexByPartitions(text, index.idxname) }];
}

function oldIndexes(statement: ParsedStatement, { schema }: HazardContext): Refusal[] {
  if (!as(statement.node, 'DropStmt')?.concurrent) return [];
  return dropped(statement, 'OBJECT_INDEX').flatMap((name) => {
    const table = schema.index(name)?.table ?? '';
    return schema.table(table)?.partitioned ? [{ table, saferSql: null }] : [];
  });
}

function detached(statement: ParsedStatement, { schema }: HazardContext): Refusal[] {
  return alterations(statement).flatMap(({ command, table }) =>
    as(command.def, 'PartitionCmd')?.concurrent &&
    schema.descendants(table).some(({ defaultPartition }) => defaultPartition)
      ? [{ table, saferSql: null }]
      : [],
  );
}
