/** What goes along with an object, as the catalog tells: what hangs on it, and rows that refer to its rows. */
import type { Client } from './postgres';
import type { Place } from './written-since';

/**
 * `dropped`: tables and columns that depend on the object. `narrowed`: columns of a composite type that loses a part.
 * `truncated`: tables that refer to the table. `deleted`: what foreign keys do when rows of the table are deleted.
 */
export interface Reach {
  reach: 'dropped' | 'narrowed' | 'truncated' | 'deleted';
  kind: 'schema' | 'type' | 'extension' | 'relation';
  /** As SQL writes it. */
  name: string;
  /** The script says IF EXISTS: where it is not there, nothing hangs on it. */
  optional?: boolean;
}

/**
 * The places, as a query (`relation`, `column_name`, `partly`).
 * @param reach, kind, name SQL expressions.
 */
export function reached(reach: string, kind: string, name: string): string {
  return `
WITH RECURSIVE start AS (
  SELECT 'pg_namespace'::regclass::oid AS classid, to_regnamespace(${name})::oid AS objid WHERE ${kind} = 'schema'
  UNION ALL SELECT 'pg_type'::regclass::oid, to_regtype(${name})::oid WHERE ${kind} = 'type'
  UNION ALL SELECT 'pg_class'::regclass::oid, to_regclass(${name})::oid WHERE ${kind} = 'relation'
  UNION ALL SELECT 'pg_extension'::regclass::oid, oid FROM pg_extension
             WHERE ${kind} = 'extension' AND format('"%s"', replace(extname, '"', '""')) = ${name}),
hanging AS (
  SELECT classid, objid, 0 AS objsubid FROM start WHERE ${reach} IN ('dropped', 'narrowed')
  UNION SELECT d.classid, d.objid, d.objsubid FROM hanging h JOIN pg_depend d ON d.refclassid = h.classid AND d.refobjid = h.objid
           AND (h.objsubid = 0 OR d.refobjsubid = h.objsubid)),
referring AS (
  SELECT objid AS oid, NULL::"char" AS action, NULL::int2[] AS columns FROM start WHERE ${reach} IN ('truncated', 'deleted')
  UNION SELECT k.conrelid, k.confdeltype, CASE WHEN k.confdeltype IN ('n', 'd') THEN k.conkey END FROM referring r
          JOIN pg_constraint k ON k.confrelid = r.oid AND k.contype = 'f'
         WHERE ${reach} = 'truncated' OR (k.confdeltype IN ('c', 'n', 'd') AND coalesce(r.action, 'c') = 'c')),
place AS (
  SELECT objid AS oid, objsubid AS number, ${reach} = 'narrowed' AS partly FROM hanging WHERE classid = 'pg_class'::regclass
  UNION SELECT r.oid, coalesce(c.number, 0), ${reach} = 'deleted' FROM referring r
          LEFT JOIN LATERAL unnest(CASE WHEN ${reach} = 'deleted' THEN r.columns END) AS c(number) ON true WHERE r.action IS NOT NULL)
SELECT format('%I.%I', n.nspname, c.relname) AS relation, a.attname::text AS column_name, p.partly
  FROM place p JOIN pg_class c ON c.oid = p.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON p.number > 0 AND a.attrelid = p.oid AND a.attnum = p.number AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND (p.number = 0 OR a.attname IS NOT NULL)
 ORDER BY relation, column_name NULLS FIRST`;
}

/** @returns null where the object is not there. */
export async function placesReached(client: Client, { reach, kind, name }: Reach): Promise<Place[] | null> {
  const there = `SELECT WHERE CASE $1 WHEN 'schema' THEN to_regnamespace($2) IS NOT NULL WHEN 'type' THEN to_regtype($2) IS NOT NULL
    WHEN 'relation' THEN to_regclass($2) IS NOT NULL
    ELSE EXISTS (SELECT FROM pg_extension WHERE format('"%s"', replace(extname, '"', '""')) = $2) END`;
  if ((await client.query(there, [kind, name])).rowCount === 0) return null;
  const { rows } = await client.query<{ relation: string; column: string | null; partly: boolean }>(
    `SELECT relation, column_name AS "column", partly FROM (${reached('$1::text', '$2::text', '$3::text')}) AS r`,
    [reach, kind, name],
  );
  return rows.map(({ relation, column, partly }) => ({ relation, column, ...(partly && { partly }) }));
}

/** PostgreSQL's own that write large objects, or run SQL that they are given as text. */
const WRITE_OR_RUN = [
  ...['lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'lo_put', 'lo_truncate', 'lo_truncate64', 'lo_unlink'],
  ...['lowrite', 'query_to_xml', 'query_to_xml_and_xmlschema', 'cursor_to_xml'],
  ...['ts_rewrite', 'ts_stat'],
];

/**
 * Those functions of which nobody can say that they write no rows: neither PostgreSQL's own (but for some), nor Lockkeeper's, nor
 * declared as reading only. Which of those that share a name is called, only the types of its arguments tell: one that may write is enough.
 * @param names as SQL calls them, without quotes.
 */
export async function mayWrite(client: Client, names: string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM (SELECT name, regexp_replace(name, '^.*[.]', '') AS own, substring(name FROM '^(.*)[.]') AS schema FROM unnest($1::text[]) AS name) AS call
      CROSS JOIN LATERAL (
        SELECT count(*) AS found, coalesce(bool_or(CASE WHEN n.nspname = 'pg_catalog' THEN own = ANY ($2::text[]) ELSE p.provolatile = 'v' END), false) AS writes
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE p.proname = own AND n.nspname <> 'lockkeeper' AND n.nspname = coalesce(schema, n.nspname)) AS so_called
      WHERE schema IS DISTINCT FROM 'lockkeeper' AND (found = 0 OR writes)`,
    [names, WRITE_OR_RUN],
  );
  return rows.map(({ name }) => name);
}

/** For people, to follow "rows of". */
export function reachName({ reach, kind, name }: Reach): string {
  const plain = name.replaceAll('"', '');
  if (reach === 'truncated' || reach === 'deleted') return `what refers to ${plain}`;
  return kind === 'schema' ? `schema ${plain}` : `what hangs on ${kind} ${plain}`;
}
