/** Rows that one database has and the other has not, counted exactly and in constant memory: what an exchange of the two would cost. */
import { countRows } from './count-rows';
import type { RowCost } from '../contract';
import { prepareDigests } from './content-digest';
import type { Client } from './postgres';
import { othersRows } from './written-since';

export interface Difference {
  live: Client;
  fresh: Client;
  /** The deployment's transactions: its own rows cost nothing. */
  own: string[];
  /** Tables (`schema.table`) whose rows the deployment changed or deleted itself: what is missing there may be its doing. */
  changed: string[];
}

/** Prisma's history tells of the deployment itself. */
const TABLES = `SELECT format('%I.%I', n.nspname, c.relname) AS name, format('%s.%s', n.nspname, c.relname) AS plain,
       array_agg(a.attname::text ORDER BY a.attname) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$|lockkeeper)' AND c.relname <> '_prisma_migrations'
   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 GROUP BY 1, 2 ORDER BY 1`;

interface Table {
  name: string;
  plain: string;
  columns: string[];
}

/** Rows that others wrote, changed or deleted in `live` and that `fresh` does not have so, by table and by added column. */
export async function rowsApart(difference: Difference): Promise<RowCost[]> {
  const { live, fresh } = difference;
  for (const client of [live, fresh]) {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await prepareDigests(client);
  }
  try {
    const restored = new Map((await live.query<Table>(TABLES)).rows.map((table) => [table.name, table]));
    const there = new Map((await fresh.query<Table>(TABLES)).rows.map((table) => [table.name, table]));
    const costs: RowCost[] = [];
    for (const table of restored.values()) costs.push(...(await costOf(difference, table, there.get(table.name))));
    return costs.filter(({ rows }) => rows !== 0);
  } finally {
    for (const client of [live, fresh]) await client.query('COMMIT').catch(() => undefined);
  }
}

async function costOf(difference: Difference, table: Table, restored: Table | undefined): Promise<RowCost[]> {
  const { live, own } = difference;
  const written = async (column: string | null): Promise<number> => {
    const condition = await othersRows(live, { relation: table.name, column }, own, []);
    return countRows(live, `${table.name} AS t WHERE ${condition}`);
  };
  if (!restored) return [{ relation: table.plain, rows: await written(null) }];
  const added = table.columns.filter((column) => !restored.columns.includes(column));
  const costs = [{ relation: table.plain, rows: await rowsOfTable(difference, table, restored) }];
  for (const column of added) costs.push({ relation: `${table.plain}.${column}`, rows: await written(column) });
  return costs;
}

async function rowsOfTable({ live, fresh, own, changed }: Difference, table: Table, restored: Table): Promise<number> {
  const common = table.columns.filter((column) => restored.columns.includes(column));
  const row = `ROW(${common.map((column) => `t.${live.escapeIdentifier(column)}`).join(', ')})::text`;
  const hash = `hashtextextended(${row}, 0)`;
  const digest = `SELECT count(*)::text AS rows, coalesce(sum(${hash}::numeric), 0)::text AS digest FROM ONLY ${table.name} AS t`;
  const [here, there] = await Promise.all([live.query<Digest>(digest), fresh.query<Digest>(digest)]);
  if (here.rows[0]?.rows === there.rows[0]?.rows && here.rows[0]?.digest === there.rows[0]?.digest) return 0;
  const others = await othersRows(live, { relation: table.name, column: null }, own, []);
  const hashes = (extra: string): string =>
    `SELECT ${hash}::text AS hash, ${extra} AS mine FROM ONLY ${table.name} AS t ORDER BY ${hash}`;
  const { added, gone } = await apart(cursor(live, hashes(others)), cursor(fresh, hashes('true')));
  // A changed row is one of each.
  return changed.includes(table.plain) ? added : Math.max(added, gone);
}

interface Digest {
  rows: string;
  digest: string;
}

interface Hashed {
  hash: string;
  /** It counts when the other side has it not. */
  mine: boolean;
}

const PAGE = 5_000;

async function* cursor(client: Client, query: string): AsyncGenerator<Hashed, undefined> {
  await client.query(`DECLARE apart NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await client.query<Hashed>(`FETCH ${PAGE} FROM apart`);
    yield* rows;
    if (rows.length < PAGE) break;
  }
  await client.query('CLOSE apart');
}

/** Two sorted streams against each other. */
async function apart(
  left: AsyncGenerator<Hashed, undefined>,
  right: AsyncGenerator<Hashed, undefined>,
): Promise<{ added: number; gone: number }> {
  const found = { added: 0, gone: 0 };
  let [a, b] = [(await left.next()).value, (await right.next()).value];
  while (a ?? b) {
    const order = !a ? 1 : !b ? -1 : compare(BigInt(a.hash), BigInt(b.hash));
    if (order < 0 && a?.mine) found.added += 1;
    if (order > 0) found.gone += 1;
    if (order <= 0) a = (await left.next()).value;
    if (order >= 0) b = (await right.next()).value;
  }
  return found;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
