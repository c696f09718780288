import { all, as, relationOf } from '../statements/ast';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { Hazard, HazardContext } from './hazard';
import { alterations, oneLine } from './sql';

export const hazard: Hazard = {
  id: 'privilege-change',
  docs: 'https://www.postgresql.org/docs/current/ddl-priv.html',
  onlineForm: false,
  on: ['AlterTableStmt', 'GrantStmt'],
  detect(statement, context) {
    const message = grantMessage(statement, context) ?? ownerMessage(statement, context);
    return message === null ? [] : [{ severity: 'warning', message, saferSql: null }];
  },
};

function grantMessage({ node, text }: ParsedStatement, context: HazardContext): string | null {
  const grant = as(node, 'GrantStmt');
  const tables = all(grant?.objects, 'RangeVar').map(relationOf);
  if (!grant || (tables.length > 0 && tables.every((table) => context.isNew(table)))) return null;
  if (!grant.is_grant)
    return `${oneLine(text)} takes effect at once: what the running version does by this right fails with "permission denied".`;
  const isPublic = all(grant.grantees, 'RoleSpec').some(({ roletype }) => roletype === 'ROLESPEC_PUBLIC');
  return isPublic ? `${oneLine(text)} gives the right to every role, those of later days too.` : null;
}

function ownerMessage(statement: ParsedStatement, context: HazardContext): string | null {
  const table = alterations(statement).find(({ command }) => command.subtype === 'AT_ChangeOwner')?.table;
  if (table === undefined || context.isNew(table)) return null;
  return `The role that runs migrations may lose the right to alter or drop ${table}: only the owner has it.`;
}
