/** Rows that others wrote where a deployment made room: what dropping that room again would lose. */
import type { RowCost } from '../contract';
import type { Client } from './postgres';
import { isProjects } from './project-tables';

/** A table, or one column of it; the relation as SQL writes it (`"public"."orders"`). */
export interface Place {
  relation: string;
  column: string | null;
}

/** Milliseconds; what takes longer is unknown, and unknown is never taken for nothing. */
const COUNT_TIMEOUT_MS = 15_000;

/** `public.orders.channel`: for people. */
export function placeName({ relation, column }: Place): string {
  const name = relation.replaceAll('"', '');
  return column === null ? name : `${name}.${column}`;
}

/**
 * Counts what `othersRows` finds.
 * @returns null when it cannot be told in time.
 */
export async function rowsWritten(client: Client, place: Place, own: string[], step: string[]): Promise<number | null> {
  if (!(await exists(client, place.relation))) return 0;
  return countInTime(client, async () => `${place.relation} AS t WHERE ${await othersRows(client, place, own, step)}`);
}

/** Null when it takes too long, or fails. */
async function countInTime(client: Client, from: () => Promise<string>): Promise<number | null> {
  await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${COUNT_TIMEOUT_MS}`);
  try {
    const { rows } = await client.query<{ rows: string }>(`SELECT count(*)::text AS rows FROM ${await from()}`);
    // Not ROLLBACK: it would count as an error of the application's.
    await client.query('COMMIT');
    return Number(rows[0]?.rows ?? 0);
  } catch {
    await client.query('ROLLBACK');
    return null;
  }
}

/**
 * Rows that others wrote into any table since the first of these transactions.
 * @param own the deployment's transactions, at least one.
 */
export async function rowsWrittenAnywhere(client: Client, own: string[]): Promise<RowCost[]> {
  const { rows: tables } = await client.query<{ relation: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS relation FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND ${isProjects('n.nspname')} AND c.relname <> '_prisma_migrations' ORDER BY 1`,
  );
  const costs: RowCost[] = [];
  const first = `age(t.xmin) <= (SELECT max(age(x::xid)) FROM unnest('{${own.map(Number).join(',')}}'::text[]) AS x)`;
  for (const { relation } of tables) {
    const others = (): Promise<string> => othersRows(client, { relation, column: null }, own, []);
    const rows = await countInTime(client, async () => `${relation} AS t WHERE ${await others()} AND ${first}`);
    if (rows !== 0) costs.push({ relation: placeName({ relation, column: null }), rows });
  }
  return costs;
}

async function exists(client: Client, relation: string): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [relation]);
  return rows[0]?.exists ?? false;
}

/**
 * Tells rows apart by the transaction that wrote them last (`xmin`): everything in a table that the deployment made and did
 * not fill itself; in a column that it added, values other than NULL and the default.
 * @param own the deployment's transactions.
 * @param step the transactions of the step that made the place: a column holds nothing older.
 * @returns a condition on table alias `t`, as SQL.
 */
export async function othersRows(client: Client, place: Place, own: string[], step: string[]): Promise<string> {
  const others = `NOT (t.xmin::text = ANY('{${own.map(Number).join(',')}}'::text[]))`;
  if (place.column === null) return others;
  return `${others} AND ${await isOthersValue(client, place.relation, place.column, step)}`;
}

async function isOthersValue(client: Client, relation: string, column: string, step: string[]): Promise<string> {
  const { rows } = await client.query<{ fallback: string | null }>(
    `SELECT pg_get_expr(d.adbin, d.adrelid) AS fallback FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = to_regclass($1) AND a.attname = $2`,
    [relation, column],
  );
  if (rows.length === 0) return 'false';
  const value = `t.${client.escapeIdentifier(column)}`;
  const fallback = rows[0]?.fallback;
  const newer = step.map((xid) => `age(t.xmin) < age('${Number(xid)}'::xid)`).join(' AND ') || 'true';
  return `${newer} AND ${value} IS NOT NULL${fallback ? ` AND ${value} IS DISTINCT FROM (${fallback})` : ''}`;
}
