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

/** What pg_dump sets for its session, ahead of everything. Where it sets `default_tablespace` later on, it says where a table lies. */
const SETTINGS = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'client_encoding',
  'standard_conforming_strings',
  'escape_string_warning',
  'check_function_bodies',
  'xmloption',
  'client_min_messages',
  'row_security',
];
const AHEAD = new RegExp(
  `^(|--.*|\\\\restrict .*|SET (${SETTINGS.join('|')}) = .*;|SELECT pg_catalog\\.set_config\\('search_path', '', false\\);)$`,
);
/** Above each object, and below the last. */
const HEADING = /\n*^--\n-- (?:Name: .*; Type: .*|PostgreSQL database dump complete)\n--\n+/gm;
const END = /(^|\n)\\unrestrict \S+\n*$/;

/**
 * Without what differs from dump to dump of one schema, and without pg_dump's headings. Only where pg_dump writes these: lines that look
 * like them may be lines of a function.
 */
export function normaliseSchema(dump: string): string {
  const lines = dump.split('\n');
  const begin = lines.findIndex((line) => !AHEAD.test(line));
  const schema = begin === -1 ? [] : lines.slice(begin);
  return schema.join('\n').replace(HEADING, '\n').replace(END, '').trim();
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
