import { as, keyOf } from '../statements/ast';
import { dropped } from './names';
import { oneLine } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'drop-index',
  docs: 'https://www.postgresql.org/docs/current/sql-dropindex.html',
  onlineForm: true,
  detect(statement, context) {
    if (as(statement.node, 'DropStmt')?.concurrent) return [];
    return dropped(statement, 'OBJECT_INDEX').flatMap((name) => {
      const table = context.schema.index(name)?.table;
      if (context.schema.isMissing(name) || context.isNew(table ?? name)) return [];
      const replaced = [...context.after.indexesOf(table ?? '')].some((index) => keyOf(index.name) === keyOf(name));
      const effect = replaced ? '' : ' Queries that used it turn to reading the whole table.';
      return [
        {
          severity: context.rows(table ?? '') === 0 ? ('info' as const) : ('warning' as const),
          message: `DROP INDEX takes ACCESS EXCLUSIVE on ${table ?? `the table of ${name}`}: it waits for every running query, and all that come after wait behind it.${effect}`,
          saferSql: `${oneLine(statement.text).replace(/\bINDEX\b/i, 'INDEX CONCURRENTLY')};`,
        },
      ];
    });
  },
};
