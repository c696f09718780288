import type { ParsedStatement } from '../../adapters/sql-parser';
import { notNullIsProven } from '../statements/alter-table';
import { words } from '../statements/ast';
import { constraintName } from '../statements/constraints';
import type { Finding, Hazard, HazardContext } from './hazard';
import { columnsFirst } from './added-with';
import { provenNotNull } from './not-null-proof';
import { addedColumns, addedConstraints, lines, quote, quoteList, type AddedConstraint } from './sql';

/** A key builds its index under ACCESS EXCLUSIVE, unless the index was built before and is only adopted. */
export const hazard: Hazard = {
  id: 'unique-constraint',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX',
  onlineForm: true,
  left: 'What is left is the build of its index beside the application, and duplicates make it fail.',
  on: ['AlterTableStmt'],
  detect(statement, context) {
    const added = [...addedConstraints(statement, 'CONSTR_UNIQUE'), ...addedConstraints(statement, 'CONSTR_PRIMARY')];
    return added.filter(({ constraint }) => !constraint.indexname).flatMap((each) => finding(each, statement, context));
  },
};

function finding(added: AddedConstraint, statement: ParsedStatement, context: HazardContext): Finding[] {
  const { constraint, column, table, quoted } = added;
  const columns = column ? [column.colname ?? ''] : words(constraint.keys);
  const name = constraintName(constraint, table, columns);
  const kind = constraint.contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE';
  // A key that takes the place of one with its name: the new index needs another name until the old one goes.
  const replaces = context.schema.table(table)?.constraints.some((each) => each.name === name) ?? false;
  const index = quote(replaces ? `${name}_new` : name);
  return context.whileBusy(table, 'index', (howLong) => ({
    message: `ADD ${kind} (${columns.join(', ')}) holds ACCESS EXCLUSIVE on ${table} ${howLong}. Nobody can read or write it, and duplicates make it fail.`,
    saferSql: lines(
      ...columnsFirst(statement, columns),
      ...(kind === 'PRIMARY KEY' ? notNullFirst(added, columns, statement, context) : []),
      `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${quoted} (${quoteList(columns)});`,
      `ALTER TABLE ${quoted} ${replaces ? `DROP CONSTRAINT ${quote(name)}, ` : ''}ADD CONSTRAINT ${quote(name)} ${kind} USING INDEX ${index};`,
    ),
  }));
}

/** A primary key that finds its columns NOT NULL already reads nothing. */
function notNullFirst(
  { table, quoted }: AddedConstraint,
  columns: string[],
  statement: ParsedStatement,
  { schema }: HazardContext,
): string[] {
  const added = addedColumns(statement).map(({ column }) => column.colname);
  const nullable = columns.filter((column) => !added.includes(column) && !notNullIsProven(column, table, schema));
  return nullable.flatMap((column) => provenNotNull({ table, quoted }, column));
}
