/** What is in a dump, as `pg_restore --list` says it: one line an entry, which `--use-list` takes again. */

export interface DumpEntry {
  /** As it was listed. */
  line: string;
  /** What stands behind the two numbers of the catalog: `TABLE DATA public orders maya`. */
  says: string;
  /** Of the table whose rows they are, in the database that was dumped; of anything else, its own. */
  oid: string;
}

const ENTRY = /^\d+; \d+ (\d+) (.+)$/;

export function entriesOf(listing: string): DumpEntry[] {
  return listing.split('\n').flatMap((line) => {
    const [, oid, says] = ENTRY.exec(line) ?? [];
    return oid && says ? [{ line, says, oid }] : [];
  });
}

export function isTableRows({ says }: DumpEntry): boolean {
  return says.startsWith('TABLE DATA ');
}

export function isForeignKey({ says }: DumpEntry): boolean {
  return says.startsWith('FK CONSTRAINT ');
}
