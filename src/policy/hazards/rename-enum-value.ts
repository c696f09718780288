import { as, words } from '../statements/ast';
import { isNewType } from './names';
import { quote } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'rename-enum-value',
  docs: 'https://www.postgresql.org/docs/current/sql-altertype.html',
  onlineForm: false,
  on: ['AlterEnumStmt'],
  detect({ node }, context) {
    const change = as(node, 'AlterEnumStmt');
    if (change?.oldVal === undefined || isNewType(words(change.typeName).join('.'), context)) return [];
    const type = words(change.typeName).map(quote).join('.');
    const literal = (value: string | undefined): string => `'${(value ?? '').replaceAll("'", "''")}'`;
    return [
      {
        severity: 'danger',
        message: `The running version still writes and reads ${change.oldVal}: every query that names it fails at once, and its rows come back as a value it does not know.`,
        saferSql: `ALTER TYPE ${type} ADD VALUE ${literal(change.newVal)} AFTER ${literal(change.oldVal)};\n-- use both, move the rows in batches, then stop using the old value`,
      },
    ];
  },
};
