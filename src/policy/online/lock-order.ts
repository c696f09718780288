/**
 * The order in which a transaction takes several locks: a table before those that refer to it. So do applications: they
 * write the row that is referred to first, and then want the other table.
 */
import { foreignKeys, type Schema } from '../statements/schema';

/**
 * @param relations quoted and qualified.
 * @param schemas before and after the file: a foreign key that it adds or drops counts as well.
 * @param sqlName of a table as the schemas name it.
 */
export function inLockOrder(relations: string[], schemas: Schema[], sqlName: (table: string) => string): string[] {
  const wanted = [...new Set(relations)].sort();
  if (wanted.length < 2) return wanted;
  const references = referencesOf(schemas, sqlName);
  const seen = new Set<string>();
  const ordered: string[] = [];
  const visit = (relation: string): void => {
    if (seen.has(relation)) return;
    seen.add(relation);
    references.get(relation)?.forEach(visit);
    ordered.push(relation);
  };
  wanted.forEach(visit);
  return ordered.filter((relation) => wanted.includes(relation));
}

function referencesOf(schemas: Schema[], sqlName: (table: string) => string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const table of schemas.flatMap((schema) => schema.tables())) {
    const targets = foreignKeys(table).flatMap(({ references }) => (references ? [sqlName(references)] : []));
    if (targets.length > 0)
      found.set(sqlName(table.name), [...(found.get(sqlName(table.name)) ?? []), ...targets.sort()]);
  }
  return found;
}
