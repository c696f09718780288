import { as } from '../statements/ast';
import type { Finding, Hazard, HazardContext } from './hazard';
import { dropped, passedOver } from './names';
import { oneLine } from './sql';

export const hazard: Hazard = {
  id: 'drop-index',
  docs: 'https://www.postgresql.org/docs/current/sql-dropindex.html',
  onlineForm: true,
  left: 'Dropped concurrently it waits for every older transaction, and nobody waits for it.',
  on: ['DropStmt'],
  detect(statement, context) {
    const concurrent = as(statement.node, 'DropStmt')?.concurrent === true;
    return dropped(statement, 'OBJECT_INDEX').flatMap((name) => {
      const table = context.schema.index(name)?.table;
      if (
        passedOver(name, statement, context) ||
        (table !== undefined && (context.isNew(table) || context.rows(table) === 0))
      )
        return [];
      if (concurrent) return isReplaced(name, context) ? [] : [unused(name)];
      const effect = isReplaced(name, context) ? '' : ' Queries that used it turn to reading the whole table.';
      return [
        {
          severity: 'warning' as const,
          message: `DROP INDEX takes ACCESS EXCLUSIVE on ${table ?? `the table of ${name}`}: it waits for every running query, and all that come after wait behind it.${effect}`,
          saferSql: `${oneLine(statement.text).replace(/\bINDEX\b/i, 'INDEX CONCURRENTLY')};`,
        },
      ];
    });
  },
};

/** Nobody waits for it; whether anybody needs the index, no file says. */
function unused(name: string): Finding {
  const message = `Queries that used ${name} turn to reading the whole table: pg_stat_user_indexes.idx_scan says whether there are any.`;
  return { severity: 'info', message, saferSql: null };
}

/** Another index serves the same columns, once the script is through. */
function isReplaced(name: string, { schema, after }: HazardContext): boolean {
  const index = schema.index(name);
  if (!index) return false;
  return after
    .indexesOf(index.table)
    .some(
      (other) =>
        !other.partial && index.columns.every((column, place) => column !== null && other.columns[place] === column),
    );
}
