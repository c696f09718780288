/**
 * Migrations written to mislead: `hazardous.sql` and `harmless.sql`, cut at their headings
 * `--! name | hazard | table rows sizeGB, ...` (without a hazard in the harmless ones), all on the schema of `before.sql`.
 * A hazard is a danger unless `:warning` follows its id.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Severity } from '../../../src/contract';
import type { DatabaseFacts } from '../../../src/policy/hazards';

export interface AdversarialCase {
  name: string;
  sql: string;
  /** What has to be found in a hazardous one; null for a harmless one. */
  hazard: { id: string; severity: Severity } | null;
  /** What is known of the database: only the files, unless the heading names its tables. */
  database: DatabaseFacts;
}

/** What is there before each of them. */
export const BEFORE = read('before.sql');
export const HAZARDOUS = cases('hazardous.sql', ([hazard = '', tables]) => ({ hazard: expected(hazard), tables }));
export const HARMLESS = cases('harmless.sql', ([tables]) => ({ hazard: null, tables }));

function read(file: string): string {
  return readFileSync(join(__dirname, file), 'utf8');
}

function cases(
  file: string,
  facts: (rest: string[]) => { hazard: AdversarialCase['hazard']; tables: string | undefined },
): AdversarialCase[] {
  const [, ...parts] = read(file).split(/^--! /m);
  return parts.map((part) => {
    const end = part.indexOf('\n');
    const [name = '', ...rest] = part.slice(0, end).split(' | ');
    const { hazard, tables } = facts(rest);
    return { name, sql: part.slice(end + 1), hazard, database: databaseOf(tables) };
  });
}

function expected(hazard: string): AdversarialCase['hazard'] {
  const [id = '', severity] = hazard.split(':');
  return { id, severity: severity === 'warning' ? 'warning' : 'danger' };
}

function databaseOf(tables: string | undefined): DatabaseFacts {
  if (tables === undefined) return { tables: {}, offline: true };
  const sizes = tables.split(', ').map((entry) => {
    const [table = '', rows, size = ''] = entry.split(' ');
    const bytes = Number(size.replace('GB', '')) * 2 ** 30;
    return [table.includes('.') ? table : `public.${table}`, { rows: Number(rows), bytes }] as const;
  });
  return { tables: Object.fromEntries(sizes), offline: false };
}
