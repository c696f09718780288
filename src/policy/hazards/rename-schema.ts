import { as } from '../statements/ast';
import { createdHere } from './names';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'rename-schema',
  docs: 'https://www.postgresql.org/docs/current/sql-alterschema.html',
  onlineForm: false,
  on: ['RenameStmt'],
  detect({ node }, context) {
    const rename = as(node, 'RenameStmt');
    if (rename?.renameType !== 'OBJECT_SCHEMA' || createdHere(rename.subname ?? '', context)) return [];
    return [
      {
        severity: 'danger',
        message: `Everything in schema ${rename.subname} is gone under its old name at once: every query of the running version fails, and so does whatever has the schema in its search_path.`,
        saferSql: null,
      },
    ];
  },
};
