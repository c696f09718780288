/** Questions about what stands around a statement. */
import type { Constraint } from '../statements/schema';
import type { Surroundings } from './piece';

type Known = Pick<Surroundings, 'schema' | 'tables'>;

export function isPartitioned(table: string, { schema, tables }: Known): boolean {
  return schema.table(table)?.partitioned === true || tables.size(table)?.family === 'partitioned';
}

/** Partitioned, a partition, or part of an inheritance tree: locks and constraints reach further than one table. */
export function inFamily(table: string, { schema, tables }: Known): boolean {
  return (
    isPartitioned(table, { schema, tables }) ||
    tables.size(table)?.family !== undefined ||
    (schema.table(table)?.parents.length ?? 0) > 0 ||
    schema.descendants(table).length > 0
  );
}

/** True where nothing that is known bears the name: constraints of the table, relations of the schema. */
export function isFreeName(name: string, table: string, { schema }: Known): boolean {
  const known = schema.table(table);
  const inSchema = [...table.split('.').slice(0, -1), name].join('.');
  const taken = (each: Constraint): boolean => each.name === name;
  return known !== undefined && !known.constraints.some(taken) && !schema.index(inSchema) && !schema.table(inSchema);
}
