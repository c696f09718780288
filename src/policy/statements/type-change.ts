/** ALTER COLUMN TYPE where it keeps the rows: indexes and checks that PostgreSQL makes anew, for which it reads all of them. */
import type { AlterTableCmd } from '@pgsql/types';
import { as, keyOf } from './ast';
import { collationOf } from './evolve-columns';
import type { Constraint, Index, Schema } from './schema';
import type { Zone } from './time-zone';
import { baseOf, columnType, type TypeChange } from './types';

export interface Surroundings {
  schema: Schema;
  zone: Zone;
}

export function typeChangeOf(command: AlterTableCmd, table: string, { schema, zone }: Surroundings): TypeChange {
  const definition = as(command.def, 'ColumnDef');
  const column = command.name ?? '';
  const known = schema.table(table)?.columns.get(column);
  const collation = collationOf(definition ?? {});
  return {
    from: known?.type ?? null,
    to: columnType(definition?.typeName),
    using: definition?.raw_default,
    column,
    zone,
    recollates: known ? collation !== known.collation : collation !== null,
  };
}

/** Indexes that sort the new values otherwise; and those with an expression or a predicate, of which PostgreSQL does not try to tell. */
export function indexesMadeAnew(change: TypeChange, table: string, schema: Schema): Index[] {
  const { column } = change;
  const sortsAnew = change.recollates || sortsOtherwise(change, schema);
  return schema.indexesOf(table).filter(({ columns, mentions, partial }) => {
    const isComputed = partial || columns.includes(null);
    return isComputed ? columns.includes(column) || mentions.includes(column) : sortsAnew && columns.includes(column);
  });
}

/** Types that share an operator class, by the one whose name it bears. */
const SORTED_AS: Record<string, string> = {
  varchar: 'text',
  cidr: 'inet',
  regclass: 'oid',
  regproc: 'oid',
  regtype: 'oid',
  regrole: 'oid',
  regnamespace: 'oid',
};

function sortsOtherwise({ from, to }: TypeChange, schema: Schema): boolean {
  if (from === null) return keyOf(to.name) === 'citext';
  const [before, after] = [from, to].map((type) => keyOf(baseOf(type, schema).name));
  return (SORTED_AS[before ?? ''] ?? before) !== (SORTED_AS[after ?? ''] ?? after);
}

/** Check constraints are tested on every row again. @param gone constraints that the statement takes away, which it does first. */
export function checksTestedAnew(
  { column }: TypeChange,
  table: string,
  schema: Schema,
  gone: readonly string[],
): Constraint[] {
  const constraints = schema.table(table)?.constraints ?? [];
  return constraints.filter(
    ({ kind, columns, name }) => kind === 'check' && columns.includes(column) && !gone.includes(name),
  );
}

/** Names of the constraints that a statement drops. */
export function constraintsDropped(commands: readonly AlterTableCmd[]): string[] {
  return commands.filter(({ subtype }) => subtype === 'AT_DropConstraint').map(({ name = '' }) => name);
}
