import { columnsOfType } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'char-column',
  docs: 'https://www.postgresql.org/docs/current/datatype-character.html',
  onlineForm: false,
  on: ['AlterTableStmt', 'CreateStmt'],
  detect(statement) {
    const columns = columnsOfType(statement, 'bpchar');
    if (columns.length === 0) return [];
    const message = `${columns.join(', ')}: CHAR(n) pads every value with blanks, which count in some comparisons and not in others, and saves nothing. TEXT, with a check of the length, does not.`;
    return [{ severity: 'info', message, saferSql: null }];
  },
};
