import { relationOf, words } from '../statements/ast';
import { addedConstraints, quoteList } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'foreign-key-without-index',
  docs: 'https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK',
  onlineForm: false,
  detect(statement, context) {
    return addedConstraints(statement, 'CONSTR_FOREIGN').flatMap(({ constraint, column, table, quoted }) => {
      const columns = column ? [column.colname ?? ''] : words(constraint.fk_attrs);
      const indexed = context.after
        .indexesOf(table)
        .some(
          (index) => !index.partial && columns.every((each) => index.columns.slice(0, columns.length).includes(each)),
        );
      if (indexed || context.isNew(table)) return [];
      const other = relationOf(constraint.pktable);
      return [
        {
          severity: context.schema.complete ? ('warning' as const) : ('info' as const),
          message: `No index of ${table} starts with ${columns.join(', ')}: every DELETE on ${other}, and every change of its key, reads all of ${table} for rows that point there, holding its locks meanwhile.`,
          saferSql: `CREATE INDEX CONCURRENTLY ON ${quoted} (${quoteList(columns)});`,
        },
      ];
    });
  },
};
