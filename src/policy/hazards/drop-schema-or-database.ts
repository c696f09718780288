import { as } from '../statements/ast';
import { createdHere, dropped } from './names';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'drop-schema-or-database',
  docs: 'https://www.postgresql.org/docs/current/sql-dropschema.html',
  onlineForm: false,
  on: ['DropStmt', 'DropdbStmt'],
  detect(statement, context) {
    const database = as(statement.node, 'DropdbStmt');
    const names = [
      ...dropped(statement, 'OBJECT_SCHEMA').filter((name) => !createdHere(name, context)),
      ...(database ? [database.dbname ?? ''] : []),
    ];
    return names.map((name) => ({
      severity: database || as(statement.node, 'DropStmt')?.behavior === 'DROP_CASCADE' ? 'danger' : 'warning',
      message: `${name} goes with everything in it. No migration that others run should take more than what it names.`,
      saferSql: null,
    }));
  },
};
