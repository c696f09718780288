import type { Finding, Hazard, HazardContext } from './hazard';
import { columnAddedHere } from './names';
import { alterations, type Alteration } from './sql';

/** A column that must have a value and is given none any more: what is gone at the end of the script counts, not what is put back in it. */
export const hazard: Hazard = {
  id: 'drop-default',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-DEFAULT',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect(statement, context) {
    return alterations(statement).flatMap((alteration) => finding(alteration, context));
  },
};

function finding({ command, table }: Alteration, context: HazardContext): Finding[] {
  const { subtype, name = '', def } = command;
  const drops = (subtype === 'AT_ColumnDefault' && def === undefined) || subtype === 'AT_DropIdentity';
  const column = context.after.table(table)?.columns.get(name);
  if (!drops || context.isNew(table) || !column?.notNull || column.defaultType !== null) return [];
  const had = context.schema.table(table)?.columns.get(name)?.defaultType ?? null;
  if (had === null && subtype !== 'AT_DropIdentity') return [];
  const isKey = context.schema
    .table(table)
    ?.constraints.some(({ kind, columns }) => kind === 'primary' && columns.includes(name));
  // Prisma Client writes a constant default by itself; of a column that is new it knows nothing.
  const isNewColumn = columnAddedHere(name, table, context);
  return [
    {
      severity: isKey === true || subtype === 'AT_DropIdentity' ? 'danger' : isNewColumn ? 'warning' : 'info',
      message: `${table}.${name} must have a value, and from here on gets none by itself: inserts of the running version that leave it to the database fail (23502). Release the version that always writes it first.`,
      saferSql: null,
    },
  ];
}
