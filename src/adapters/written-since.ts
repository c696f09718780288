/** Rows that others wrote where a deployment made room: what dropping that room again would lose. */
import type { RowCost } from '../contract';
import type { Client } from './postgres';
import { isProjects } from './project-tables';

/** A table, or one column of it; the relation as SQL writes it (`"public"."orders"`). */
export interface Place {
  relation: string;
  column: string | null;
  /** Only some of its rows or values are taken, and nobody can tell which without doing it. */
  partly?: boolean;
  /** Whoever takes it says IF EXISTS: where it is not there, nothing is. */
  optional?: boolean;
  /** Of a column that gets another type: its value then, as SQL over the row of now. */
  becomes?: string;
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
 * @returns null when it cannot be told: in time, because the place is not there, or because only some of the rows are taken.
 */
export async function rowsWritten(client: Client, place: Place, own: string[], step: string[]): Promise<number | null> {
  const kind = await kindOf(client, place);
  if (kind === 'missing') return place.optional ? 0 : null;
  if (kind === 'without rows') return 0;
  if (kind === 'view') return null;
  const rows = await countInTime(
    client,
    async () => `${place.relation} AS t WHERE ${await othersRows(client, place, own, step)}`,
  );
  return place.partly && rows !== 0 ? null : rows;
}

/** True where the place is there. */
export async function isThere(client: Client, place: Place): Promise<boolean> {
  return (await kindOf(client, place)) !== 'missing';
}

type Kind = 'table' | 'view' | 'without rows' | 'missing';

/** A foreign table has its rows elsewhere; what is written into a view lands in a table. */
async function kindOf(client: Client, { relation, column }: Place): Promise<Kind> {
  const { rows } = await client.query<{ kind: Kind }>(
    `SELECT CASE WHEN c.relkind IN ('r', 'p') THEN 'table' WHEN c.relkind = 'v' THEN 'view' ELSE 'without rows' END AS kind FROM pg_class c
      WHERE c.oid = to_regclass($1) AND ($2::text IS NULL OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped))`,
    [relation, column],
  );
  return rows[0]?.kind ?? 'missing';
}

/** Null when it takes too long, or fails. */
async function countInTime(client: Client, from: () => Promise<string>): Promise<number | null> {
  // A policy that hides rows from the table's owner fails the count.
  await client.query(
    `BEGIN READ ONLY; SET LOCAL statement_timeout = ${COUNT_TIMEOUT_MS}; SET LOCAL row_security = off`,
  );
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
  const first = `age(t.xmin) <= ${oldest(own)}`;
  for (const { relation } of tables) {
    const others = (): Promise<string> => othersRows(client, { relation, column: null }, own, []);
    const rows = await countInTime(client, async () => `${relation} AS t WHERE ${await others()} AND ${first}`);
    if (rows !== 0) costs.push({ relation: placeName({ relation, column: null }), rows });
  }
  return costs;
}

function listed(xids: string[]): string {
  return `'{${xids.map(Number).join(',')}}'::text[]`;
}

/** Age of the first of these transactions. */
function oldest(xids: string[]): string {
  return `(SELECT max(age(x::xid)) FROM unnest(${listed(xids)}) AS x)`;
}

/** Conditions on a row `t` that only ask which transaction wrote it last (`xmin`), as SQL. */
export interface Writers {
  /** None of the deployment's. */
  others: string;
  /** One that began after the step did. */
  newer: string;
}

/**
 * @param own the deployment's transactions.
 * @param step those of the step that made the place.
 */
export function writersOf(own: string[], step: string[]): Writers {
  return {
    others: `NOT (t.xmin::text = ANY (${listed(own)}))`,
    newer: step.length === 0 ? 'true' : `age(t.xmin) < ${oldest(step)}`,
  };
}

/**
 * Tells rows apart by the transaction that wrote them last: everything in a table that the deployment made and did not fill
 * itself; in a column that it added, values other than NULL and the default (unless that is another each time), and other
 * than the default that older rows got with it. Of what is taken in part, what was written since the step began. Of a column that is given another type, every
 * value that would not be the same if it were given this one again, whoever wrote it.
 * @returns a condition on table alias `t`, as SQL.
 */
export async function othersRows(client: Client, place: Place, own: string[], step: string[]): Promise<string> {
  const { others, newer } = writersOf(own, step);
  const { rows } = await client.query<{ condition: string | null }>(
    conditionOf({
      live: 'to_regclass($1)',
      column: '$2::text',
      others: '$3::text',
      newer: '$4::text',
      partly: '$5::boolean',
      becomes: '$6::text',
    }),
    [place.relation, place.column, others, newer, place.partly ?? false, place.becomes ?? null],
  );
  return rows[0]?.condition ?? 'false';
}

/**
 * Whether a default is another each time, so that comparing with it tells nothing and, where it draws from a sequence, takes a
 * number. What a default calls stands in its tree alone: the catalog keeps no dependency on PostgreSQL's own functions.
 * @param row of pg_attrdef.
 * @returns a condition, as SQL.
 */
export function isDrawn(row: string): string {
  return `(EXISTS (
      SELECT FROM regexp_matches(${row}.adbin::text, ':(funcid|opno) ([0-9]+)', 'g') AS used(parts)
        LEFT JOIN pg_operator o ON used.parts[1] = 'opno' AND o.oid = used.parts[2]::oid
        JOIN pg_proc f ON f.oid = coalesce(o.oprcode, used.parts[2]::oid) WHERE f.provolatile = 'v')
    OR EXISTS (
      SELECT FROM pg_depend u JOIN pg_class s ON s.oid = u.refobjid AND s.relkind = 'S'
       WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = ${row}.oid AND u.refclassid = 'pg_class'::regclass))`;
}

/** The condition as a query, from SQL expressions: for a session, and for what runs on the server when the place is taken. */
export function conditionOf({
  live,
  column,
  others,
  newer,
  partly,
  becomes,
}: Record<keyof Writers | 'live' | 'column' | 'partly' | 'becomes', string>): string {
  // Not every type knows whether two values are equal; as text, 2 and 2.00 are not.
  return `
SELECT CASE
  WHEN ${column} IS NULL THEN concat_ws(' AND ', ${others}, CASE WHEN ${partly} THEN ${newer} END)
  WHEN ${becomes} IS NOT NULL THEN format(
    CASE WHEN format_type(a.atttypid, NULL) LIKE 'numeric%' THEN 'CAST((%1$s) AS %2$s) IS DISTINCT FROM t.%3$I'
         ELSE 'CAST((%1$s) AS %2$s)::text IS DISTINCT FROM t.%3$I::text' END, ${becomes}, format_type(a.atttypid, a.atttypmod), a.attname)
  ELSE concat_ws(' AND ', ${others}, format('t.%I IS NOT NULL', a.attname),
    CASE WHEN ${partly} THEN ${newer}
         WHEN a.atthasmissing THEN format('(%s OR t.%I::text IS DISTINCT FROM %L)', ${newer}, a.attname, (a.attmissingval::text::text[])[1]) END,
    CASE WHEN d.oid IS NOT NULL AND NOT ${isDrawn('d')} THEN format('t.%I::text IS DISTINCT FROM CAST((%s) AS %s)::text', a.attname, pg_get_expr(d.adbin, d.adrelid), format_type(a.atttypid, a.atttypmod)) END)
  END AS condition
  FROM (SELECT ${column} AS name) AS named
  LEFT JOIN pg_attribute a ON a.attrelid = ${live} AND a.attname = named.name AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE named.name IS NULL OR a.attname IS NOT NULL`;
}
