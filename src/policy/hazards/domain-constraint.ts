import { as, words } from '../statements/ast';
import { createdHere } from './names';
import { oneLine } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'domain-constraint',
  docs: 'https://www.postgresql.org/docs/current/sql-alterdomain.html',
  onlineForm: false,
  on: ['AlterDomainStmt'],
  detect({ node, text }, context) {
    const alter = as(node, 'AlterDomainStmt');
    const constraint = as(alter?.def, 'Constraint');
    const adds = alter?.subtype === 'C' && !constraint?.skip_validation;
    const name = words(alter?.typeName).join('.');
    if ((!adds && alter?.subtype !== 'O') || createdHere(name, context)) return [];
    const users = context.schema.tablesWithType(name).map((table) => table.name);
    if (users.length === 0 && context.schema.complete) return [];
    return [
      {
        severity: users.length > 0 && users.every((table) => context.isNew(table)) ? 'info' : 'danger',
        message: `Every table with a column of the domain ${name}${users.length ? ` (${users.join(', ')})` : ''} is read under SHARE: their writes wait, all of them until the last one is done.`,
        saferSql: adds
          ? `${oneLine(text)} NOT VALID;\nALTER DOMAIN ${name} VALIDATE CONSTRAINT ${constraint?.conname ?? '...'};`
          : null,
      },
    ];
  },
};
