/** Which rows a rehearsal has: all, none, or of the largest tables a part. Pure. */
import type { RehearsalMode } from '../contract';

/** Where there is a backup that can be restored. */
export function restoresRows(mode: RehearsalMode): boolean {
  return mode === 'full' || mode === 'sample';
}

/** A table by a name of its own. */
interface Sized {
  name: string;
  bytes: number;
}

/** Of so many rows one is kept, by table: about `aboveBytes` of each that is larger. */
export function sampleRates(tables: Sized[], aboveBytes: number): Map<string, number> {
  const large = tables.filter(({ bytes }) => bytes > aboveBytes).toSorted((a, b) => b.bytes - a.bytes);
  return new Map(large.map(({ name, bytes }) => [name, Math.ceil(bytes / Math.max(1, aboveBytes))]));
}

/**
 * Tables before those that they refer to: what a row refers to is known by the time its turn comes, and is kept. In a circle
 * some table comes first all the same.
 */
export function childrenFirst(tables: string[], refersTo: (child: string, parent: string) => boolean): string[] {
  const ordered = new Set<string>();
  const begun = new Set<string>();
  const take = (table: string): void => {
    if (begun.has(table)) return;
    begun.add(table);
    for (const other of tables) if (refersTo(other, table)) take(other);
    ordered.add(table);
  };
  tables.forEach(take);
  return [...ordered];
}
