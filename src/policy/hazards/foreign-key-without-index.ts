import { relationOf, words } from '../statements/ast';
import { foreignKeys } from '../statements/schema';
import { indexBesideWriters } from './index-beside-writers';
import { addedConstraints, lines, oneLine, quoteList } from './sql';
import type { Hazard } from './hazard';

/** A key that was there before, and is only made anew, changes nothing about it. */
export const hazard: Hazard = {
  id: 'foreign-key-without-index',
  docs: 'https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedConstraints(statement, 'CONSTR_FOREIGN').flatMap(({ constraint, column, table, quoted }) => {
      const columns = column ? [column.colname ?? ''] : words(constraint.fk_attrs);
      const indexed = context.after
        .indexesOf(table)
        .some(
          (index) => !index.partial && columns.every((each) => index.columns.slice(0, columns.length).includes(each)),
        );
      const keys = context.before === context.after ? [] : foreignKeys(context.before.table(table));
      const hadIt = keys.some((key) => key.columns.join() === columns.join());
      if (indexed || hadIt || context.isNew(table)) return [];
      const index = `CREATE INDEX ON ${quoted} (${quoteList(columns)})`;
      const other = relationOf(constraint.pktable);
      return [
        {
          severity: context.schema.complete ? ('warning' as const) : ('info' as const),
          message: `No index of ${table} starts with ${columns.join(', ')}: every DELETE on ${other}, and every change of its key, reads all of ${table} for rows that point there, holding its locks meanwhile.`,
          saferSql: lines(
            column ? `${oneLine(statement.text)};` : null,
            indexBesideWriters(index, table, undefined, context.schema),
          ),
        },
      ];
    });
  },
};
