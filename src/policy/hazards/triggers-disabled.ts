import { alterations } from './sql';
import type { Finding, Hazard } from './hazard';
import { as } from '../statements/ast';

export const hazard: Hazard = {
  id: 'triggers-disabled',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER',
  onlineForm: false,
  on: ['AlterTableStmt', 'VariableSetStmt'],
  detect(statement, context) {
    const setting = as(statement.node, 'VariableSetStmt');
    const value = as(setting?.args?.[0], 'A_Const')?.sval?.sval?.toLowerCase();
    if (setting?.name === 'session_replication_role' && value === 'replica') return [FOR_SESSION];
    return alterations(statement)
      .filter(({ command, table }) => command.subtype?.startsWith('AT_DisableTrig') && !context.isNew(table))
      .map(({ command, table }) => ({
        severity: command.subtype === 'AT_DisableTrigAll' ? 'danger' : 'warning',
        message: `${command.subtype === 'AT_DisableTrigAll' ? 'Foreign keys are triggers too: nothing checks them' : 'Nothing runs the trigger'} on ${table} for anyone, not only for this migration, until it is enabled again; what got in meanwhile is never checked.`,
        saferSql: null,
      }));
  },
};

const FOR_SESSION: Finding = {
  severity: 'danger',
  message:
    'From here on no trigger fires in this session, and foreign keys are triggers too: what the file writes is never checked, and orphans that it leaves are found by nobody.',
  saferSql: null,
};
