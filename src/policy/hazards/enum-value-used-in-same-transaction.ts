import { enumValueAdded, usesLiteral } from '../statements';
import { createdHere } from './names';
import { oneLine } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'enum-value-used-in-same-transaction',
  docs: 'https://www.postgresql.org/docs/current/sql-altertype.html#SQL-ALTERTYPE-NOTES',
  onlineForm: true,
  handledAsWritten: true,
  on: ['AlterEnumStmt'],
  detect(statement, context) {
    const added = enumValueAdded(statement);
    if (!added || createdHere(added.type, context)) return [];
    const { steps, position } = context;
    const use = steps
      .slice(position + 1)
      .find((later) => later.transaction === steps[position]?.transaction && usesLiteral(later.statement, added.value));
    if (!use) return [];
    return [
      {
        severity: 'danger',
        message: `${added.value} is used on line ${use.statement.line}, in the transaction that adds it: PostgreSQL refuses that (unsafe use of new value, 55P04).`,
        saferSql: `${oneLine(statement.text)};\n-- and what uses it in the next migration`,
      },
    ];
  },
};
