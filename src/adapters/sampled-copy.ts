/** A table's rows as pg_restore writes them, thinned on their way to psql: a few of all, and those that others refer to. */
import { Transform } from 'node:stream';
import type { KeySet } from './key-set';
import { parseScript } from './sql-parser';
import { as, words } from '../policy/statements/ast';

/** Rows are kept where these columns hold one of the keys, which `keyOf` writes. */
export interface KeptKeys {
  columns: string[];
  keys: KeySet;
}

export interface SampledCopy {
  /** For the script of one table. */
  thin: Transform;
  counts: { rows: number; kept: number };
}

const NEWLINE = 10;
const END = Buffer.from('\\.');

/** A key as one text, from the text of its columns. */
export function keyOf(values: string[]): string {
  return values.join('\t');
}

/** @param oneIn of so many rows one is kept anyway, always the same of the same dump. */
export function sampledCopy(oneIn: number, kept: KeptKeys[]): SampledCopy {
  const counts = { rows: 0, kept: 0 };
  let isKept: ((row: Buffer) => boolean) | null = null;
  let unfinished: Buffer[] = [];
  const passes = (line: Buffer): boolean => {
    if (isKept === null) {
      if (line.subarray(0, 5).toString('latin1') === 'COPY ') isKept = keptBy(line.toString('utf8'), kept);
      return true;
    }
    if (line.equals(END)) {
      isKept = null;
      return true;
    }
    const passed = counts.rows++ % oneIn === 0 || isKept(line);
    if (passed) counts.kept += 1;
    return passed;
  };
  const thin = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const out: Buffer[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        const rest = chunk.subarray(start, end);
        const line = unfinished.length === 0 ? rest : Buffer.concat([...unfinished, rest]);
        unfinished = [];
        start = end + 1;
        if (passes(line)) out.push(line, LINE_END);
      }
      if (start < chunk.length) unfinished.push(chunk.subarray(start));
      done(null, Buffer.concat(out));
    },
  });
  return { thin, counts };
}

const LINE_END = Buffer.from('\n');

/** @param header `COPY public.orders (id, person_id) FROM stdin;` */
function keptBy(header: string, kept: KeptKeys[]): (row: Buffer) => boolean {
  const columns = words(as(parseScript(header)[0]?.node, 'CopyStmt')?.attlist);
  const sets = kept.map(({ columns: names, keys }) => ({ places: names.map((name) => columns.indexOf(name)), keys }));
  if (sets.length === 0) return () => false;
  return (row) => {
    const values = row.toString('utf8').split('\t');
    return sets.some(({ places, keys }) => keys.has(keyOf(places.map((place) => values[place] ?? ''))));
  };
}
