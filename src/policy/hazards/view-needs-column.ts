import { alterations } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'view-needs-column',
  docs: 'https://www.postgresql.org/docs/current/ddl-depend.html',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return alterations(statement).flatMap(({ command, table }) => {
      const { subtype, name = '', behavior } = command;
      const drops = subtype === 'AT_DropColumn' && behavior !== 'DROP_CASCADE';
      if (!drops && subtype !== 'AT_AlterColumnType') return [];
      const views = context.schema
        .viewsOver(table)
        // What * meant when a view was made is not known here.
        .filter(({ mentions }) => mentions.includes(name))
        .map((view) => view.name);
      if (views.length === 0) return [];
      return [
        {
          severity: 'danger',
          message: `${views.join(', ')} needs ${table}.${name}: PostgreSQL refuses ${drops ? 'to drop it' : 'to change its type'}, and the migration fails. Drop the view first and make it anew behind, in the same transaction.`,
          saferSql: null,
        },
      ];
    });
  },
};
