import { keyOf, relationOf } from '../statements/ast';
import { inlineKeyIsChecked } from '../statements/columns';
import { constraintName } from '../statements/constraints';
import type { Finding, Hazard, HazardContext } from './hazard';
import { addedConstraints, lines, quote, quoteRange, type AddedConstraint } from './sql';

export const hazard: Hazard = {
  id: 'foreign-key-not-valid',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  onlineForm: true,
  left: 'What is left is one look at every row beside the application, and a row without its counterpart makes it fail.',
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedConstraints(statement, 'CONSTR_FOREIGN')
      .filter(({ constraint, column }) => (column ? inlineKeyIsChecked(column) : !constraint.skip_validation))
      .flatMap((added) => finding(added, context));
  },
};

function finding({ constraint, column, table, quoted, text }: AddedConstraint, context: HazardContext): Finding[] {
  const other = relationOf(constraint.pktable);
  const name = constraintName(constraint, table, column ? [column.colname ?? ''] : []);
  const both = keyOf(other) === keyOf(table) ? table : `${table} and ${other}`;
  const target = `FOREIGN KEY (${quote(column?.colname)}) REFERENCES ${quoteRange(constraint.pktable)}`;
  const definition = column
    ? `ADD CONSTRAINT ${quote(name)} ${target}`
    : text.replace(/^ADD\s+FOREIGN/i, `ADD CONSTRAINT ${quote(name)} FOREIGN`);
  return context.whileBusy(table, 'scan', (howLong) => ({
    message: `Adding the foreign key to ${other} holds SHARE ROW EXCLUSIVE on ${both} ${howLong}. Every INSERT, UPDATE and DELETE on ${both} waits.`,
    saferSql: lines(
      `ALTER TABLE ${quoted} ${definition} NOT VALID;`,
      '-- then, in a transaction of its own; reads and writes go on',
      `ALTER TABLE ${quoted} VALIDATE CONSTRAINT ${quote(name)};`,
    ),
  }));
}
