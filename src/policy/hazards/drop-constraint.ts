import type { Constraint } from '../statements/schema';
import { alterations } from './sql';
import type { Hazard } from './hazard';

/** A check that goes only lets more in, and one that is made anew in the same script never was away for others. */
export const hazard: Hazard = {
  id: 'drop-constraint',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-CONSTRAINT',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return alterations(statement).flatMap(({ command, table }) => {
      if (command.subtype !== 'AT_DropConstraint' || context.isNew(table)) return [];
      const known = context.schema.table(table)?.constraints.find(({ name }) => name === command.name);
      if (command.missing_ok && !known && context.schema.complete) return [];
      const stays = context.after
        .table(table)
        ?.constraints.some(
          ({ name, kind }) => name === command.name || (kind === 'primary' && known?.kind === 'primary'),
        );
      if (stays || known?.kind === 'check' || known?.kind === 'not-null') return [];
      const unnamed = known?.kind === 'primary' && context.schema.isPublished(table);
      const fails = unnamed
        ? ' The table is published: every UPDATE and DELETE on it fails, until it has a REPLICA IDENTITY.'
        : '';
      const other = known?.references ? ` and ${known.references}` : '';
      return [
        {
          severity: unnamed ? ('danger' as const) : ('warning' as const),
          message: `From here on nothing keeps ${LOST[known?.kind ?? 'unknown']} (${command.name} of ${table}): what gets in meanwhile stands in the way of adding it again. It takes ACCESS EXCLUSIVE on ${table}${other}.${fails}`,
          saferSql: null,
        },
      ];
    });
  },
};

const LOST: Record<Constraint['kind'] | 'unknown', string> = {
  primary: 'rows apart, and foreign keys and replication lose their key',
  unique: 'duplicates out',
  foreign: 'orphans out',
  exclusion: 'overlaps out',
  check: 'wrong values out',
  'not-null': 'NULLs out',
  unknown: 'wrong rows out',
};
