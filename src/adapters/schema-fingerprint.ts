/**
 * Schemas compared by what `pg_dump --schema-only` says of them. A dropped column that comes back stands behind the others: PostgreSQL puts it
 * nowhere else without rewriting the table. So a fingerprint tells two questions apart: the same, and the same but for the order of columns.
 */
import { createHash } from 'node:crypto';

export type Likeness = 'same' | 'reordered' | 'different';

/** Hex digits of each half, 128 bits. */
const HALF = 32;

/** 64 hex digits: the first half does not see the order of columns, the second sees everything. */
export function fingerprintOfScript(script: string): string {
  const text = normaliseSchema(script);
  const half = (part: string): string => createHash('sha256').update(part).digest('hex').slice(0, HALF);
  return half(withoutOrder(text)) + half(text);
}

/** Of two fingerprints. */
export function likeness(one: string, other: string): Likeness {
  if (one === other) return 'same';
  return one.slice(0, HALF) === other.slice(0, HALF) ? 'reordered' : 'different';
}

/** Comments, session settings and the random \restrict key differ from dump to dump of one schema. */
export function normaliseSchema(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => line !== '' && !/^(--|\\(un)?restrict |SET |SELECT pg_catalog\.set_config)/.test(line))
    .join('\n');
}

const BEGINS_TABLE = /^CREATE (UNLOGGED |FOREIGN )?TABLE .*\($/;
/** Statements of one line that pg_dump writes column by column. */
const OF_A_COLUMN = /^(COMMENT ON COLUMN|GRANT|ALTER TABLE ONLY|ALTER FOREIGN TABLE) .*;$/;

/** The lines of each table, and of what follows column by column, sorted. */
export function withoutOrder(text: string): string {
  const blocks: { kind: 'table' | 'column' | 'other'; lines: string[] }[] = [];
  let inTable = false;
  for (const line of text.split('\n')) {
    if (inTable && line.startsWith(')')) inTable = false;
    const kind = inTable ? 'table' : OF_A_COLUMN.test(line) ? 'column' : 'other';
    const last = blocks.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else blocks.push({ kind, lines: [line] });
    if (BEGINS_TABLE.test(line)) inTable = true;
  }
  return blocks
    .flatMap(({ kind, lines }) => (kind === 'other' ? lines : lines.map((line) => line.replace(/,$/, '')).sort()))
    .join('\n');
}
