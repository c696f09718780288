/** What a statement really locks, rewrites and reads: pg_locks, relfilenode and the counts of scans, read before its transaction ends. */
import type { Client } from 'pg';
import type { LockPrediction } from '../../src/policy/plan';
import { strength } from '../../src/policy/statements/locks';
import type { StatementFacts } from '../../src/policy/statements';

export interface Measurement {
  /** Strongest mode of each relation that was there before, by `schema.name`; reads (AccessShareLock) are left out. */
  tables: Record<string, string>;
  /** The same for indexes, views and sequences. */
  others: Record<string, string>;
  rewrites: boolean;
  /** True when a table that was there before is read from end to end. */
  scans: boolean;
  /** Every relation that was there before. */
  names: Set<string>;
}

interface Relation {
  oid: string;
  name: string;
  kind: string;
  file: string;
  /** How often the transaction has read it from end to end. */
  reads: string;
}

const RELATIONS = `
  SELECT c.oid::text, n.nspname || '.' || c.relname AS name, c.relkind AS kind, c.relfilenode::text AS file,
    coalesce(pg_stat_get_xact_numscans(c.oid), 0)::text AS reads
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'm', 'f', 'v', 'i', 'I', 'S')`;
const LOCKS = `SELECT relation::text AS oid, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'`;

/** Runs the SQL in a transaction, and keeps what it did only when asked to. */
export async function measure(client: Client, sql: string, end: 'COMMIT' | 'ROLLBACK'): Promise<Measurement> {
  await client.query('BEGIN');
  const before = await client.query<Relation>(RELATIONS);
  try {
    await client.query(sql);
    const locks = await client.query<{ oid: string; mode: string }>(LOCKS);
    const after = await client.query<Relation>(RELATIONS);
    await client.query(end);
    return compareCatalogs(before.rows, after.rows, locks.rows);
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

function compareCatalogs(before: Relation[], after: Relation[], locks: { oid: string; mode: string }[]): Measurement {
  const later = new Map(after.map((relation) => [relation.oid, relation]));
  const measured: Measurement = {
    tables: {},
    others: {},
    rewrites: false,
    scans: false,
    names: new Set(before.map(({ name }) => name)),
  };
  for (const { oid, name, kind, file, reads } of before) {
    const isTable = 'rpmf'.includes(kind);
    const modes = locks.filter((lock) => lock.oid === oid).map(({ mode }) => mode);
    const mode = modes.sort((a, b) => strength(b) - strength(a))[0];
    if (mode !== undefined && mode !== 'AccessShareLock') (isTable ? measured.tables : measured.others)[name] = mode;
    const now = later.get(oid);
    if (isTable && now && now.file !== file) measured.rewrites = true;
    if (isTable && now && now.reads !== reads) measured.scans = true;
  }
  return measured;
}

/** Where prediction and measurement differ, in words; empty when they agree. */
export function differences(facts: StatementFacts, measured: Measurement): string[] {
  const predicted = byName(facts.contested, measured.names);
  const found: string[] = [];
  for (const [name, mode] of Object.entries(measured.tables)) {
    // A query's foreign keys are looked up for each row: whether there is one is not for the statement to say.
    if (mode === 'RowShareLock' && /^(INSERT|UPDATE|DELETE|WITH)/.test(facts.kind)) continue;
    if (predicted[name] !== mode) found.push(`${name}: took ${mode}, predicted ${predicted[name] ?? 'nothing'}`);
  }
  for (const [name, mode] of Object.entries(predicted)) {
    if (mode === 'AccessShareLock' || measured.tables[name] === mode) continue;
    if (!(name in measured.tables) && measured.others[name] !== mode)
      found.push(`${name}: predicted ${mode}, took ${measured.others[name] ?? 'nothing'}`);
  }
  if (facts.rewrites !== measured.rewrites) found.push(`rewrites: ${measured.rewrites}, predicted ${facts.rewrites}`);
  // How a query reads is for the planner to say, and a rewrite may copy the file without looking at a row.
  if (
    /^(ALTER|CREATE) (TABLE|INDEX|DOMAIN|MATERIALIZED)/.test(facts.kind) &&
    !facts.rewrites &&
    facts.scans !== measured.scans
  )
    found.push(`scans: ${measured.scans}, predicted ${facts.scans}`);
  return found;
}

/** Unqualified names are in `public`; a dot may also be part of a name (Prisma 2 named indexes so). */
function byName(locks: LockPrediction[], names: Set<string>): Record<string, string> {
  return Object.fromEntries(
    locks.map(({ relation, mode }) => [names.has(relation) ? relation : `public.${relation}`, mode]),
  );
}
