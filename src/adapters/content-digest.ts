/** What a database holds, as counts and digests: independent of order, computed in the database, exact at the transaction's snapshot. */
import { FailureType, permanent } from '../errors';
import type { Client } from './postgres';
import { largeObjectDigest, type LargeObjectDigest } from './large-objects';
import { sequenceValues, type SequenceValues } from './sequences';

export interface TableDigest {
  rows: number;
  /** Sum of 64-bit hashes of the rows, decimal. */
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
  /** Its columns as one value whose bytes are the same in every database that holds the row. */
  row: string;
}

/**
 * Output settings that the text of a value depends on, the promise that no row is left out, and one core for one session:
 * the others are the application's, and compiling a query for each table takes longer than it saves.
 */
const SETTINGS = `SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
  SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C';
  SET LOCAL quote_all_identifiers = off; SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off;
  SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off`;

/** A database without an encoding may hold bytes that are no text in the driver's: they pass as they are. */
const NO_ENCODING = `SELECT set_config('client_encoding', 'SQL_ASCII', true) WHERE current_setting('server_encoding') = 'SQL_ASCII'`;

/** Must be called inside a transaction, before anything else of this file. */
export async function prepareDigests(client: Client): Promise<void> {
  await client.query(`${SETTINGS}; ${NO_ENCODING}`);
}

/** Tables of the project with rows of their own: no views, no extension's tables, no parents of partitions. */
const tablesWith = (more: string): string => `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, ${more}
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockkeeper', 'lockkeeper_salvage')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/**
 * Columns whose binary form is their content alone. Those of other types are taken as text: what a project or an extension made has another
 * number in every database, which arrays and rows carry in their binary form; and `reg*` types are such numbers.
 */
const COLUMNS = `SELECT coalesce(array_agg(quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE f.is_binary), '{}') AS binary,
         coalesce(array_agg(quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE NOT f.is_binary), '{}') AS other
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A',
         LATERAL (SELECT t.oid < 10000 AND t.typtype IN ('b', 'r', 'm') AND NOT starts_with(coalesce(e.typname, t.typname), 'reg')
                         AND t.typsend <> 0 AND coalesce(e.typsend, t.typsend) <> 0 AS is_binary) AS f
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

/**
 * Every table that pg_dump would copy.
 * @throws ApplicationFailure Backup naming the tables of which the role cannot read every row.
 */
export async function tablesToDigest(client: Client): Promise<TableToDigest[]> {
  const { rows } = await client.query<{
    name: string;
    bytes: string;
    key: string[] | null;
    binary: string[];
    other: string[];
    readable: boolean;
    hidden: boolean;
  }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_table_size(c.oid)::text AS bytes,
            (SELECT array_agg(quote_ident(a.attname) ORDER BY k.position)
               FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, position), pg_attribute a
              WHERE i.indrelid = c.oid AND i.indisprimary AND k.position <= i.indnkeyatts
                AND a.attrelid = c.oid AND a.attnum = k.attnum) AS key,
            columns.binary::text[], columns.other::text[],
            has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS readable,
            row_security_active(c.oid) AS hidden
       FROM ${tablesWith(`LATERAL (${COLUMNS}) AS columns`)} ORDER BY 1`,
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
  return rows.map(({ name, bytes, key, binary, other }) => ({
    name,
    bytes: Number(bytes),
    key,
    row: rowOf(binary, other),
  }));
}

function rowOf(binary: string[], other: string[]): string {
  const of = (columns: string[]): string => columns.map((column) => `t.${column}`).join(', ');
  return `ROW(${[...(binary.length > 0 ? [of(binary)] : []), ...(other.length > 0 ? [`ROW(${of(other)})::text`] : [])].join(', ')})`;
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

async function digestOf(client: Client, { name, key, row: columns }: TableToDigest, oneIn = 1): Promise<TableDigest> {
  const isSampled = oneIn > 1 && key !== null;
  // By content and not by place: a restored row lies elsewhere. FILTER comes first, so most rows are not even read from TOAST.
  const filter = isSampled
    ? `FILTER (WHERE hashtextextended(ROW(${key.map((column) => `t.${column}`).join(', ')})::text, 0) % ${oneIn} = 0)`
    : '';
  // The hash of a row of one value is that of its bytes; the sum of the columns' own hashes would not see values that changed places.
  const hash = `hash_record_extended(ROW(record_send(${columns})), 0)`;
  const { rows } = await client.query<{ rows: string; digest: string }>(
    `SELECT count(*)::text AS rows, coalesce(sum(${hash}) ${filter}, 0)::text AS digest FROM ONLY ${name} AS t`,
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
