import { alterations } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'triggers-disabled',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return alterations(statement)
      .filter(({ command, table }) => command.subtype?.startsWith('AT_DisableTrig') && !context.isNew(table))
      .map(({ command, table }) => ({
        severity: command.subtype === 'AT_DisableTrigAll' ? 'danger' : 'warning',
        message: `${command.subtype === 'AT_DisableTrigAll' ? 'Foreign keys are triggers too: nothing checks them' : 'Nothing runs the trigger'} on ${table} for anyone, not only for this migration, until it is enabled again; what got in meanwhile is never checked.`,
        saferSql: null,
      }));
  },
};
