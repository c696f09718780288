/** What a table holds, as rows and one digest: independent of order and computed in the database. */
import type { Client } from './postgres';

export interface TableDigest {
  rows: number;
  /** Sum of 64-bit row hashes, decimal. */
  digest: string;
}

/** Output settings that a row's text depends on; pg_dump fixes the same ones. */
const TEXT_FORM = `SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
  SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL search_path = pg_catalog`;

/** Digests of every table that pg_dump would copy, as this transaction sees them. Must be called inside a transaction. */
export async function contentDigests(client: Client): Promise<Record<string, TableDigest>> {
  await client.query(TEXT_FORM);
  const { rows: tables } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockkeeper')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY 1, 2`,
  );
  const digests: Record<string, TableDigest> = {};
  for (const { schema, name } of tables) {
    const table = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
    const { rows } = await client.query<{ rows: string; digest: string }>(
      `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS digest FROM ONLY ${table} AS t`,
    );
    digests[`${schema}.${name}`] = { rows: Number(rows[0]?.rows ?? 0), digest: rows[0]?.digest ?? '0' };
  }
  return digests;
}

/** Tables whose rows or content differ, by name. */
export function differences(expected: Record<string, TableDigest>, actual: Record<string, TableDigest>): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names]
    .filter((name) => expected[name]?.digest !== actual[name]?.digest || expected[name]?.rows !== actual[name]?.rows)
    .sort();
}
