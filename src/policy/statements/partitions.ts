/** What a new partition is compared with: rows that may belong elsewhere, unless a check says that they do not. */
import { keyOf } from './ast';
import type { Constraint, Schema, Table } from './schema';

/** The default partition right below a table; a new sibling's rows are looked for in it. */
export function defaultPartitionOf(parent: string, schema: Schema): Table | undefined {
  const key = keyOf(parent);
  return schema
    .descendants(parent)
    .find(({ defaultPartition, parents }) => defaultPartition && parents.some((each) => keyOf(each) === key));
}

/** True for a table of which a valid check says something of the parent's whole partition key: a NULL in it is in the default partition's right. */
export function keyIsLimited(table: string, parent: string, schema: Schema): boolean {
  const key = partitionKeyOf(parent, schema);
  const limits = (check: Constraint): boolean => key.every((column) => check.limits.includes(column));
  return key.length > 0 && validChecks(table, schema).some(limits);
}

/** The same of a table that becomes an ordinary partition: there a NULL belongs nowhere. */
export function boundsAreProven(table: string, parent: string, schema: Schema): boolean {
  const { columns } = schema.table(table) ?? {};
  const proven = validChecks(table, schema).flatMap(({ provesNotNull }) => provesNotNull);
  const isThere = (column: string): boolean => columns?.get(column)?.notNull === true || proven.includes(column);
  return keyIsLimited(table, parent, schema) && partitionKeyOf(parent, schema).every(isThere);
}

function partitionKeyOf(parent: string, schema: Schema): readonly string[] {
  return schema.table(parent)?.partitionKey ?? [];
}

function validChecks(table: string, schema: Schema): Constraint[] {
  return schema.table(table)?.constraints.filter(({ kind, valid }) => kind === 'check' && valid) ?? [];
}
