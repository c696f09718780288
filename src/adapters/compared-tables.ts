/** The tables of two databases, and which column of the one is which of the other. */
import { setColumns, type TableEffects } from '../policy/row-effects';
import type { Client } from './postgres';
import { isProjects } from './project-tables';

export interface ComparedTable {
  /** As SQL writes it. */
  name: string;
  /** `schema.table`. */
  plain: string;
  /** The same of the table that it is a partition of. */
  root: string | null;
  /** The transaction that made it. */
  madeIn: string;
  /** Its triggers may change what a statement does not name. */
  triggers: boolean;
  columns: Column[];
}

interface Column {
  name: string;
  type: string;
  /** Of the primary key. */
  key: boolean;
}

/** Prisma's history tells of the deployment itself. What names a row's place is a column, too, and nothing ever alters it. */
const TABLES = `SELECT format('%I.%I', n.nspname, c.relname) AS name, format('%s.%s', n.nspname, c.relname) AS plain,
       (SELECT format('%s.%s', m.nspname, r.relname) FROM pg_class r JOIN pg_namespace m ON m.oid = r.relnamespace
         WHERE r.oid = pg_partition_root(c.oid)) AS root,
       (SELECT place.xmin::text FROM pg_attribute place WHERE place.attrelid = c.oid AND place.attname = 'ctid') AS "madeIn",
       EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal) AS triggers,
       jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
         'key', coalesce(a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]), false)) ORDER BY a.attname) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
       LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
 WHERE c.relkind = 'r' AND ${isProjects('n.nspname')} AND c.relname <> '_prisma_migrations'
   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 GROUP BY c.oid, n.nspname, c.relname ORDER BY 1`;

/** By their plain names. */
export async function comparedTables(client: Client): Promise<Map<string, ComparedTable>> {
  const { rows } = await client.query<ComparedTable>(TABLES);
  return new Map(rows.map((table) => [table.plain, table]));
}

/** A column of both tables; its value as an expression over alias `t` of each. */
export interface Pair {
  live: string;
  fresh: string;
  key: boolean;
  /** The deployment may have changed its values, or how they are written. */
  touched: boolean;
}

export interface Pairs {
  pairs: Pair[];
  /** Columns that only the live table has. */
  added: string[];
  /** Rows with the same key are the same row. */
  keyed: boolean;
}

/** @param recast where its type changed, a fresh value is read as one of today's type, as the change read it. */
export async function pairsOf(
  fresh: Client,
  [live, before]: [ComparedTable, ComparedTable],
  effects: TableEffects | undefined,
  recast: boolean,
): Promise<Pairs> {
  const set = new Set(effects && setColumns(effects));
  const triggered = live.triggers && (effects?.stamps.some(({ whole }) => !whole) ?? false);
  const found: Pairs = { pairs: [], added: [], keyed: sameKey(live, before, effects) };
  for (const { name, type, key } of live.columns) {
    const old = counterpart(name, before, effects);
    if (!old) {
      found.added.push(name);
      continue;
    }
    const retyped = old.type !== type;
    const cast = retyped && recast && (await castsSurely(fresh, old.type, type));
    const [column, value] = [fresh.escapeIdentifier(name), `t.${fresh.escapeIdentifier(old.name)}`];
    found.pairs.push({
      live: `t.${column}`,
      fresh: cast ? `CAST(${value} AS ${type})` : value,
      key,
      touched: set.has(name) || retyped || triggered,
    });
    if (key && (set.has(name) || (retyped && !cast))) found.keyed = false;
  }
  return found;
}

function counterpart(name: string, before: ComparedTable, effects: TableEffects | undefined): Column | undefined {
  const called = effects?.columns.get(name);
  return called === null ? undefined : before.columns.find((column) => column.name === (called ?? name));
}

function sameKey(live: ComparedTable, before: ComparedTable, effects: TableEffects | undefined): boolean {
  const keys = live.columns.filter(({ key }) => key);
  const old = before.columns.filter(({ key }) => key).length;
  return keys.length > 0 && keys.length === old && keys.every(({ name }) => counterpart(name, before, effects)?.key);
}

/** Between types of PostgreSQL's own, without anybody's saying so. */
async function castsSurely(client: Client, from: string, to: string): Promise<boolean> {
  const { rows } = await client.query<{ casts: boolean }>(
    `SELECT f.oid < 10000 AND o.oid < 10000 AND (f.oid = o.oid OR EXISTS (SELECT FROM pg_cast c
              WHERE c.castsource = f.oid AND c.casttarget = o.oid AND c.castcontext = 'i')) AS casts
       FROM pg_type f, pg_type o WHERE f.oid = to_regtype($1) AND o.oid = to_regtype($2)`,
    [from, to],
  );
  return rows[0]?.casts ?? false;
}
