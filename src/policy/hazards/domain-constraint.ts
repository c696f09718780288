import { as, words } from '../statements/ast';
import { createdHere } from './names';
import { lines, oneLine } from './sql';
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
    const reads = adds || alter?.subtype === 'O' || alter?.subtype === 'V';
    if (!reads || createdHere(name, context)) return [];
    const users = context.schema.tablesWithType(name).map((table) => table.name);
    if (users.length === 0 && context.schema.complete) return [];
    return [
      {
        severity: users.length > 0 && users.every((table) => context.isNew(table)) ? 'info' : 'danger',
        message: `Every table with a column of the domain ${name}${users.length ? ` (${users.join(', ')})` : ''} is read under SHARE: their writes wait, all of them until the last one is done.`,
        saferSql: adds
          ? lines(
              `${oneLine(text)} NOT VALID;`,
              '-- new values are checked from here on; VALIDATE CONSTRAINT would read the old ones under the same lock',
            )
          : null,
      },
    ];
  },
};
