import { constraintName } from '../statements/constraints';
import { addedConstraints, lines, quote } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'check-not-valid',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  onlineForm: true,
  left: 'What is left is one pass over the table beside the application, and a row that fails the check makes it fail.',
  on: ['AlterTableStmt'],
  detect(statement, context) {
    const checked = addedConstraints(statement, 'CONSTR_CHECK').filter(
      ({ constraint }) => !constraint.skip_validation && constraint.is_enforced !== false,
    );
    return checked.flatMap(({ constraint, column, table, quoted, text }) => {
      const name = constraintName(constraint, table, column ? [column.colname ?? ''] : []);
      const definition = column
        ? `ADD CONSTRAINT ${quote(name)} CHECK (...)`
        : text.replace(/^ADD\s+CHECK/i, `ADD CONSTRAINT ${quote(name)} CHECK`);
      return context.whileBusy(table, 'scan', (howLong) => ({
        message: `Adding the check ${name} holds ACCESS EXCLUSIVE on ${table} ${howLong}. Nobody can read or write it, and a row that fails the check makes it fail.`,
        saferSql: lines(
          `ALTER TABLE ${quoted} ${definition} NOT VALID;`,
          '-- then, in a transaction of its own; reads and writes go on',
          `ALTER TABLE ${quoted} VALIDATE CONSTRAINT ${quote(name)};`,
        ),
      }));
    });
  },
};
