/** Where sequences stand. They respect no transaction: a dump has them as they were at some moment while it ran. */
import type { Client } from './postgres';
import { isProjects } from './project-tables';

/** Lowest and highest last value seen; null = not used yet. */
export interface SequenceRange {
  from: string | null;
  to: string | null;
}

export type SequenceValues = Record<string, SequenceRange>;

/** Not those that begin anew at their end: between two moments such a one may stand anywhere. */
const SEQUENCES = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
  WHERE NOT s.seqcycle AND c.relpersistence <> 't' AND ${isProjects('n.nspname')}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

export async function sequenceValues(client: Client): Promise<SequenceValues> {
  const { rows } = await client.query<{ name: string; value: string | null }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_sequence_last_value(c.oid)::text AS value FROM ${SEQUENCES} ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, { from: value, to: value }]));
}

/** From before a dump and after it to what its sequences may hold. One that was made or dropped meanwhile is left out. */
export function sequencesBetween(before: SequenceValues, after: SequenceValues): SequenceValues {
  return Object.fromEntries(
    Object.entries(before).flatMap(([name, { from }]) => {
      const now = after[name];
      if (!now) return [];
      const [low, high] = compare(from, now.to) <= 0 ? [from, now.to] : [now.to, from];
      return [[name, { from: low, to: high }]];
    }),
  );
}

/** Sequences that are absent, or stand where they cannot have stood while the dump ran. */
export function strayingSequences(expected: SequenceValues, actual: SequenceValues): string[] {
  return Object.entries(expected)
    .filter(([name, { from, to }]) => {
      const value = actual[name]?.from;
      return value === undefined || compare(value, from) < 0 || compare(value, to) > 0;
    })
    .map(([name]) => name);
}

/** An unused one stands before every value. */
function compare(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return BigInt(a) < BigInt(b) ? -1 : 1;
}
