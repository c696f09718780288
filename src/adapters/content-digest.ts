/** What a database holds, as counts and digests: independent of order, computed in the database, exact at the transaction's snapshot. */
import { FailureType, permanent } from '../errors';
import type { Client } from './postgres';
import { largeObjectDigest, type LargeObjectDigest } from './large-objects';
import { isProjects } from './project-tables';
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
  /** Its columns as one record, which is the same in every database that holds the row, and another for another row. */
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
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${isProjects('n.nspname')}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/**
 * How a column's value gets into the hash of its row. `hashed`: by its type's own hash, twice as fast, where that tells apart whatever
 * differs in a byte. `spelt`: by its own text, where its hash does not (of numbers: the sign and zeros of a numeric, the sign of a zero,
 * 1 and 2^32) or its bytes are none of its content (an enum's number, the bits of a NaN), and because that is cheaper than `sent`.
 * `sent`: in binary form, where that is the content alone. `written`: with others as one text, what a project or an extension made, which
 * arrays and rows carry by number; `reg*` types, which are such numbers; what floating point is a part of.
 */
const COLUMNS = `SELECT ${['hashed', 'spelt', 'sent', 'written']
  .map(
    (way) =>
      `coalesce(array_agg('t.' || quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE f.way = '${way}'), '{}')::text[] AS ${way}`,
  )
  .join(', ')}
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
         LEFT JOIN pg_collation l ON l.oid = a.attcollation,
         LATERAL (SELECT CASE
             WHEN t.typtype = 'e' OR t.typname IN ('int8', 'numeric', 'float4', 'float8', 'json', 'jsonb') AND t.oid < 10000 THEN 'spelt'
             WHEN t.oid >= 10000 OR t.typtype NOT IN ('b', 'r', 'm') OR starts_with(coalesce(e.typname, t.typname), 'reg')
               OR t.typsend = 0 OR coalesce(e.typsend, t.typsend) = 0
               OR coalesce(e.typcategory, t.typcategory) = 'G' OR e.typname IN ('float4', 'float8') THEN 'written'
             WHEN coalesce(l.collisdeterministic, true) AND (t.typname IN ('bool', 'int2', 'int4', 'oid', 'text', 'varchar', 'uuid', 'bytea',
                    'date', 'time', 'timestamp', 'timestamptz') OR t.typname = 'bpchar' AND a.atttypmod <> -1) THEN 'hashed'
             ELSE 'sent' END AS way) AS f
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

interface Columns {
  hashed: string[];
  spelt: string[];
  sent: string[];
  written: string[];
}

/**
 * Every table that pg_dump would copy.
 * @throws ApplicationFailure Backup naming the tables of which the role cannot read every row.
 */
export async function tablesToDigest(client: Client): Promise<TableToDigest[]> {
  const { rows } = await client.query<
    Columns & { name: string; bytes: string; key: string[] | null; readable: boolean; hidden: boolean }
  >(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_table_size(c.oid)::text AS bytes,
            (SELECT array_agg(quote_ident(a.attname) ORDER BY k.position)
               FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, position), pg_attribute a
              WHERE i.indrelid = c.oid AND i.indisprimary AND k.position <= i.indnkeyatts
                AND a.attrelid = c.oid AND a.attnum = k.attnum) AS key,
            columns.*,
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
  return rows.map(({ name, bytes, key, ...columns }) => ({ name, bytes: Number(bytes), key, row: rowOf(columns) }));
}

function rowOf({ hashed, spelt, sent, written }: Columns): string {
  const parts = [...hashed, ...spelt.map((column) => `${column}::text`)];
  if (sent.length > 0) parts.push(`record_send(ROW(${sent.join(', ')}))`);
  if (written.length > 0) parts.push(`ROW(${written.join(', ')})::text`);
  return `ROW(${parts.join(', ')})`;
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

async function digestOf(client: Client, { name, key, row }: TableToDigest, oneIn = 1): Promise<TableDigest> {
  const isSampled = oneIn > 1 && key !== null;
  // By content and not by place: a restored row lies elsewhere. FILTER comes first, so most rows are not even read from TOAST.
  const filter = isSampled
    ? `FILTER (WHERE hashtextextended(ROW(${key.map((column) => `t.${column}`).join(', ')})::text, 0) % ${oneIn} = 0)`
    : '';
  const { rows } = await client.query<{ rows: string; digest: string }>(
    `SELECT count(*)::text AS rows, coalesce(sum(${hashOf(row)}) ${filter}, 0)::text AS digest FROM ONLY ${name} AS t`,
  );
  const [read] = rows;
  return {
    rows: Number(read?.rows ?? 0),
    digest: read?.digest ?? '0',
    ...(isSampled ? { sampledOneIn: oneIn } : {}),
  };
}

/**
 * A record's hash is a sum over its columns, and a sum of sums does not see what rows exchange. So it becomes the seed of another hash,
 * which mixes all of its 64 bits, where the hash of a bigint would fold them into 32.
 */
function hashOf(row: string): string {
  return `hashint4extended(0, hash_record_extended(${row}, 0))`;
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
