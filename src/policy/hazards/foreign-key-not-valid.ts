import type { ParsedStatement } from '../../adapters/sql-parser';
import type { StatementFacts } from '../statements';
import { keyOf, relationOf, words } from '../statements/ast';
import { inlineKeyIsChecked } from '../statements/columns';
import { constraintName } from '../statements/constraints';
import { columnsFirst } from './added-with';
import type { Finding, Hazard, HazardContext } from './hazard';
import { addedConstraints, lines, quote, quoteList, quoteRange, type AddedConstraint } from './sql';

export const hazard: Hazard = {
  id: 'foreign-key-not-valid',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  onlineForm: true,
  left: 'What is left is one look at every row beside the application, and a row without its counterpart makes it fail.',
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return addedConstraints(statement, 'CONSTR_FOREIGN')
      .filter(({ constraint, column }) => (column ? inlineKeyIsChecked(column) : !constraint.skip_validation))
      .flatMap((added) => finding(added, statement, context));
  },
};

function finding(added: AddedConstraint, statement: ParsedStatement, context: HazardContext): Finding[] {
  const { constraint, column, table, quoted, text } = added;
  const { schema, facts } = context;
  const other = relationOf(constraint.pktable);
  const columns = column ? [column.colname ?? ''] : words(constraint.fk_attrs);
  const name = constraintName(constraint, table, column ? columns : []);
  const keys = constraint.pk_attrs?.length ? ` (${quoteList(words(constraint.pk_attrs))})` : '';
  const target = `FOREIGN KEY (${quote(column?.colname)}) REFERENCES ${quoteRange(constraint.pktable)}${keys}`;
  const definition = column
    ? `ADD CONSTRAINT ${quote(name)} ${target}`
    : text.replace(/^ADD\s+FOREIGN/i, `ADD CONSTRAINT ${quote(name)} FOREIGN`);
  return context.whileBusy(table, 'scan', (howLong) => ({
    message: `Adding the foreign key to ${other} holds ${waiting(table, other, facts, howLong)}`,
    saferSql: schema.validatesAtOnce(table)
      ? null
      : lines(
          ...columnsFirst(statement, columns),
          `ALTER TABLE ${quoted} ${definition} NOT VALID;`,
          '-- then, in a transaction of its own; reads and writes go on',
          `ALTER TABLE ${quoted} VALIDATE CONSTRAINT ${quote(name)};`,
        ),
  }));
}

/** With other subcommands beside it the table may be locked harder than the one that it refers to. */
function waiting(table: string, other: string, { locks }: StatementFacts, howLong: string): string {
  const isSelf = keyOf(other) === keyOf(table);
  if (!locks.some(({ relation, mode }) => relation === table && mode === 'AccessExclusiveLock')) {
    const both = isSelf ? table : `${table} and ${other}`;
    return `SHARE ROW EXCLUSIVE on ${both} ${howLong}. Every INSERT, UPDATE and DELETE on ${both} waits.`;
  }
  if (isSelf) return `ACCESS EXCLUSIVE on ${table} ${howLong}. Nobody can read or write ${table}.`;
  return `ACCESS EXCLUSIVE on ${table} and SHARE ROW EXCLUSIVE on ${other} ${howLong}. Nobody can read or write ${table}, and every INSERT, UPDATE and DELETE on ${other} waits.`;
}
