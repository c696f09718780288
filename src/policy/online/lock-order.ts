/**
 * The order in which a transaction takes several locks: a table before those that refer to it. So do applications: they
 * write the row that is referred to first, and then want the other table.
 */
import { keyOf } from '../statements/ast';
import { foreignKeys, type Schema } from '../statements/schema';

/**
 * @param relations as the schemas name them.
 * @param schemas before and after the file: a foreign key that it adds or drops counts as well.
 */
export function inLockOrder(relations: string[], schemas: Schema[]): string[] {
  const wanted = new Map(relations.map((relation) => [keyOf(relation), relation]));
  const seen = new Set<string>();
  const ordered: string[] = [];
  const visit = (key: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    const keys = schemas.flatMap((schema) => foreignKeys(schema.table(key)));
    for (const referred of keys.map(({ references }) => keyOf(references ?? '')).sort()) visit(referred);
    ordered.push(key);
  };
  for (const key of [...wanted.keys()].sort()) visit(key);
  return ordered.flatMap((key) => wanted.get(key) ?? []);
}
