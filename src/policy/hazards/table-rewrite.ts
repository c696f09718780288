import type { AlterTableType } from '@pgsql/types';
import { alterations } from './sql';
import { as } from '../statements/ast';
import type { Finding, Hazard, HazardContext } from './hazard';

export const hazard: Hazard = {
  id: 'table-rewrite',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    const isIndex = as(statement.node, 'AlterTableStmt')?.objtype === 'OBJECT_INDEX';
    return alterations(statement).flatMap(({ command, table, text }) => {
      const effect = EFFECTS[command.subtype ?? 'AT_AddColumn'];
      if (effect === undefined || command.name === 'heap' || command.name === 'pg_default') return [];
      if (isIndex) return indexCopied(table, text, context);
      return context.whileBusy(table, 'rewrite', (howLong) => ({
        message: `${text} holds ACCESS EXCLUSIVE on ${table} ${howLong}. Nobody can read or write it.${effect}`,
        saferSql: null,
      }));
    });
  },
};

/** The table's rows stay where they are. */
function indexCopied(index: string, text: string, context: HazardContext): Finding[] {
  const table = context.schema.index(index)?.table ?? index;
  return context.whileBusy(table, 'index', (howLong) => ({
    message: `${text} copies ${index} under ACCESS EXCLUSIVE on it ${howLong}. Queries on ${table} wait, because a plan looks at every index of its tables.`,
    saferSql: null,
  }));
}

const EFFECTS: Partial<Record<AlterTableType, string>> = {
  AT_SetLogged: ' All of it is written to the WAL.',
  AT_SetUnLogged: ' From then on a crash empties it, and replicas do not have it.',
  AT_SetAccessMethod: '',
  AT_SetTableSpace: '',
  AT_SetExpression: '',
};
