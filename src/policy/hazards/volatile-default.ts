import { addColumnRewrite, defaultOf } from '../statements/columns';
import { unknownFunction } from '../statements/expressions';
import { addedColumns, columnHead, defaultText, lines, quote, type AddedColumn } from './sql';
import type { Finding, Hazard, HazardContext } from './hazard';

/** A constant default is kept in the catalog since PostgreSQL 11; a volatile one must be computed for every row. */
export const hazard: Hazard = {
  id: 'volatile-default',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedColumns(statement).flatMap((added) => {
      const rewrite = addColumnRewrite(added.column, context.schema);
      if (rewrite === null) return unknownDefault(added, context);
      if (rewrite.cause !== 'volatile-default') return [];
      return context.whileBusy(added.table, 'rewrite', (howLong) => ({
        message: `${rewrite.function}() gives each row its own value, so adding ${added.table}.${added.column.colname} holds ACCESS EXCLUSIVE on the table ${howLong}. Nobody can read or write it.`,
        saferSql: lines(
          `ALTER TABLE ${added.quoted} ADD COLUMN ${columnHead(added)};`,
          `ALTER TABLE ${added.quoted} ALTER COLUMN ${quote(added.column.colname)} SET DEFAULT ${defaultText(added)};`,
          '-- new rows have it from here on; fill the old ones in batches',
          `UPDATE ${added.quoted} SET ${quote(added.column.colname)} = ${defaultText(added)} WHERE ${quote(added.column.colname)} IS NULL AND ...;`,
        ),
      }));
    });
  },
};

function unknownDefault(added: AddedColumn, context: HazardContext): Finding[] {
  const name = unknownFunction(defaultOf(added.column), context.schema);
  if (name === null || context.isNew(added.table) || context.rows(added.table) === 0) return [];
  return [
    {
      severity: 'warning',
      message: `Nothing here says what ${name}() is. Unless it was declared STABLE or IMMUTABLE it counts as volatile, and adding ${added.table}.${added.column.colname} writes every row under ACCESS EXCLUSIVE.`,
      saferSql: null,
    },
  ];
}
