import { createdHere, dropped, madeAgain } from './names';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'drop-view-or-function',
  docs: 'https://www.postgresql.org/docs/current/sql-dropview.html',
  onlineForm: false,
  on: ['DropStmt'],
  detect(statement, context) {
    const names = dropped(
      statement,
      'OBJECT_VIEW',
      'OBJECT_MATVIEW',
      'OBJECT_FUNCTION',
      'OBJECT_PROCEDURE',
      'OBJECT_TRIGGER',
      'OBJECT_SEQUENCE',
    );
    return names
      .filter((name) => !createdHere(name, context) && !madeAgain(name, context))
      .map((name) => ({
        severity: 'warning',
        message: `What the running version still does through ${name} fails or no longer happens.`,
        saferSql: null,
      }));
  },
};
