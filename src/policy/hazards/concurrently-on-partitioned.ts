import type { ParsedStatement } from '../../adapters/sql-parser';
import { as, relationOf } from '../statements/ast';
import type { Hazard, HazardContext } from './hazard';
import { dropped } from './names';
import { alterations, lines, oneLine } from './sql';

/** Forms that PostgreSQL has, but not for a table in partitions. */
export const hazard: Hazard = {
  id: 'concurrently-on-partitioned',
  docs: 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  onlineForm: false,
  on: ['AlterTableStmt', 'DropStmt', 'IndexStmt'],
  detect(statement, context) {
    return [...newIndex(statement, context), ...oldIndexes(statement, context), ...detached(statement, context)].map(
      ({ table, saferSql }) => ({
        severity: 'danger',
        message: `PostgreSQL refuses ${context.facts.kind}${context.facts.kind.endsWith('CONCURRENTLY') ? '' : ' CONCURRENTLY'} here, because of the partitions of ${table}: the migration fails.`,
        saferSql,
      }),
    );
  },
};

type Refusal = { table: string; saferSql: string | null };

function newIndex({ node, text }: ParsedStatement, { schema }: HazardContext): Refusal[] {
  const index = as(node, 'IndexStmt');
  const table = relationOf(index?.relation);
  if (!index?.concurrent || !schema.table(table)?.partitioned) return [];
  const bare = oneLine(text).replace(/\s+CONCURRENTLY\b/i, '');
  return [
    {
      table,
      saferSql: lines(
        '-- on the parent alone, which is instant',
        `${bare.replace(/\bON\b/i, 'ON ONLY')};`,
        '-- then CREATE INDEX CONCURRENTLY on each partition ... and, for each:',
        `-- ALTER INDEX ${index.idxname} ATTACH PARTITION ...;`,
      ),
    },
  ];
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
