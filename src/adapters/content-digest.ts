/** What a database holds, as counts and digests: independent of order, computed in the database, exact at the transaction's snapshot. */
import { FailureType, permanent } from '../errors';
import type { Client } from './postgres';
import { largeObjectDigest, type LargeObjectDigest } from './large-objects';
import { sequenceValues, type SequenceValues } from './sequences';

export interface TableDigest {
  rows: number;
  /** Sum of 64-bit hashes of the rows' text, decimal. */
  digest: string;
  /** One row of this many is in the digest, chosen by a hash of its primary key; absent: every row is. Rows are always all counted. */
  sampledOneIn?: number | undefined;
}

/** Names are as SQL writes them, quoted where they must be: `public."Order"`. */
export interface Contents {
  tables: Record<string, TableDigest>;
  largeObjects: LargeObjectDigest;
  sequences: SequenceValues;
}

/** A table whose rows pg_dump copies. */
export interface TableToDigest {
  name: string;
  /** Of its rows, without indexes. */
  bytes: number;
  /** Columns of the primary key, quoted; null without one. */
  key: string[] | null;
}

/** Output settings that a row's text depends on, and the promise that no row is left out. */
const TEXT_FORM = `SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
  SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C';
  SET LOCAL quote_all_identifiers = off; SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off`;

/** Must be called inside a transaction, before anything else of this file. */
export async function prepareDigests(client: Client): Promise<void> {
  await client.query(TEXT_FORM);
}

/** Tables of the project with rows of their own: no views, no extension's tables, no parents of partitions. */
const TABLES = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockkeeper', 'lockkeeper_salvage')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/**
 * Every table that pg_dump would copy.
 * @throws ApplicationFailure Backup naming the tables of which the role cannot read every row.
 */
export async function tablesToDigest(client: Client): Promise<TableToDigest[]> {
  const { rows } = await client.query<{
    name: string;
    bytes: string;
    key: string[] | null;
    readable: boolean;
    hidden: boolean;
  }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_table_size(c.oid)::text AS bytes,
            (SELECT array_agg(quote_ident(a.attname) ORDER BY k.position)
               FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, position), pg_attribute a
              WHERE i.indrelid = c.oid AND i.indisprimary AND k.position <= i.indnkeyatts
                AND a.attrelid = c.oid AND a.attnum = k.attnum) AS key,
            has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS readable,
            row_security_active(c.oid) AS hidden
       FROM ${TABLES} ORDER BY 1`,
  );
  const unreadable = rows.filter(({ readable }) => !readable).map(({ name }) => name);
  const hidden = rows.filter((row) => row.readable && row.hidden).map(({ name }) => name);
  if (unreadable.length > 0)
    throw permanent(FailureType.Backup, `The role may not read ${some(unreadable)}; grant SELECT on it.`);
  if (hidden.length > 0)
    throw permanent(
      FailureType.Backup,
      `Row security hides rows of ${some(hidden)} from the role; let it own the table, or give it BYPASSRLS.`,
    );
  return rows.map(({ name, bytes, key }) => ({ name, bytes: Number(bytes), key }));
}

function some(names: string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more tables`;
}

/** Keeps the rows of the tables where they are until the transaction ends: a TRUNCATE respects no snapshot. */
export async function holdTables(client: Client, tables: TableToDigest[]): Promise<void> {
  for (let start = 0; start < tables.length; start += 500) {
    const names = tables.slice(start, start + 500).map(({ name }) => `ONLY ${name}`);
    await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`);
  }
}

/**
 * Digests of the tables, the largest first, shared among sessions that see the same snapshot.
 * @param sampled how many rows stand behind one that is digested, by table: `{ 'public.events': 64 }`.
 * @param onTable called after each table.
 */
export async function tableDigests(
  clients: Client[],
  tables: TableToDigest[],
  sampled: Record<string, number> = {},
  onTable: (table: TableToDigest) => void | Promise<void> = () => undefined,
): Promise<Record<string, TableDigest>> {
  const digests: Record<string, TableDigest> = {};
  const waiting = [...tables].sort((a, b) => b.bytes - a.bytes);
  const work = async (client: Client): Promise<void> => {
    for (let table = waiting.shift(); table; table = waiting.shift()) {
      digests[table.name] = await digestOf(client, table, sampled[table.name]);
      await onTable(table);
    }
  };
  // A session in the middle of a query cannot be closed: all come to rest before the first failure is passed on.
  const ends = await Promise.allSettled(clients.map(work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return Object.fromEntries(tables.map(({ name }) => [name, digests[name] ?? { rows: 0, digest: '0' }]));
}

async function digestOf(client: Client, { name, key }: TableToDigest, oneIn = 1): Promise<TableDigest> {
  const isSampled = oneIn > 1 && key !== null;
  // By content and not by place: a restored row lies elsewhere. FILTER comes first, so most rows are not even read from TOAST.
  const filter = isSampled
    ? `FILTER (WHERE hashtextextended(ROW(${key.map((column) => `t.${column}`).join(', ')})::text, 0) % ${oneIn} = 0)`
    : '';
  const { rows } = await client.query<{ rows: string; digest: string }>(
    // `t.*` and not `t`, which would be a column of that name.
    `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended((t.*)::text, 0)) ${filter}, 0)::text AS digest FROM ONLY ${name} AS t`,
  );
  const [row] = rows;
  return {
    rows: Number(row?.rows ?? 0),
    digest: row?.digest ?? '0',
    ...(isSampled ? { sampledOneIn: oneIn } : {}),
  };
}

/** How sparsely tables above a size are sampled: about that many bytes of each are digested. A table without a primary key never is. */
export function samplesOf(tables: TableToDigest[], sampleAboveBytes: number | null): Record<string, number> {
  if (sampleAboveBytes === null) return {};
  return Object.fromEntries(
    tables
      .filter(({ bytes, key }) => key !== null && bytes > sampleAboveBytes)
      .map(({ name, bytes }) => [name, Math.ceil(bytes / Math.max(1, sampleAboveBytes))]),
  );
}

/** Everything that a restored database holds, read as its expected contents were. */
export async function contentsLike(clients: Client[], expected: Contents, onTable?: () => void): Promise<Contents> {
  const [first] = clients;
  if (!first) throw new Error('No session to read with.');
  const tables = await tablesToDigest(first);
  const sampled = Object.fromEntries(
    Object.entries(expected.tables).flatMap(([name, { sampledOneIn }]) => (sampledOneIn ? [[name, sampledOneIn]] : [])),
  );
  return {
    tables: await tableDigests(clients, tables, sampled, onTable),
    largeObjects: await largeObjectDigest(first),
    sequences: await sequenceValues(first),
  };
}
