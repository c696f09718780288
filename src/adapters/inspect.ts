/** What the target is and what goes on in it right now: facts only, judged elsewhere. */
import { FailureType, permanent } from '../errors';
import type { TableSize } from '../policy/hazards';
import { withSession, type Client } from './postgres';
import { isProjects } from './project-tables';

export interface ServerFacts {
  database: string;
  /** `15.18`. */
  version: string;
  majorVersion: number;
  systemIdentifier: string;
  role: string;
  canCreateDatabase: boolean;
  /** May create schema `lockkeeper`, or it is there and usable. */
  canKeepLedger: boolean;
  /** The URL's schema. */
  schema: string;
  /** May create tables in that schema. */
  canCreateTables: boolean;
  sizeBytes: number;
  /** Of all databases: this much PostgreSQL tells every role. */
  connections: { used: number; max: number };
  /** False where the role sees only its own sessions' queries and ages (no pg_read_all_stats). */
  seesAllActivity: boolean;
  /** Of the replica that is furthest behind, in seconds of replay; null without replicas, or where it cannot be seen. */
  lagSeconds: number | null;
  /** Transactions open for more than 30 s, oldest first; ages in seconds. */
  longTransactions: { pid: number; application: string; ageSeconds: number }[];
  /** `schema.table` -> estimated rows and bytes with indexes, partitions included; `keyUsed` and `family` as hazards know them. */
  tables: Record<string, TableSize>;
}

const OLDEST_SUPPORTED = 14;

/** `TargetFacts.instance`: a cloned server has the system identifier of its origin, but another start. */
export async function instanceOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ instance: string }>(
    `SELECT format('%s/%s/%s', system_identifier, oid, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint) AS instance
       FROM pg_control_system(), pg_database WHERE datname = current_database()`,
  );
  return rows[0]?.instance ?? '';
}

/**
 * @throws ApplicationFailure TargetUnavailable when it cannot be reached, is not PostgreSQL >= 14, or is a replica.
 */
export function inspectServer(url: string, applicationName: string): Promise<ServerFacts> {
  return withSession(url, { applicationName, statementTimeoutMs: 30_000, lockTimeoutMs: 2_000 }, async (client) => {
    const identity = await readIdentity(client);
    return { ...identity, longTransactions: await readLongTransactions(client), tables: await readTables(client) };
  });
}

async function readIdentity(client: Client): Promise<Omit<ServerFacts, 'longTransactions' | 'tables'>> {
  const { rows: banner } = await client.query<Banner>(
    `SELECT version(), current_setting('server_version_num')::int AS number, pg_is_in_recovery() AS recovery`,
  );
  const server = banner[0] ?? { version: 'unknown', number: 0, recovery: false };
  const unfit = judgeServer(server);
  if (unfit !== null) throw permanent(FailureType.TargetUnavailable, unfit);
  const { rows } = await client.query<
    Omit<ServerFacts, 'majorVersion' | 'connections' | 'sizeBytes'> & { used: number; max: number; size: string }
  >(
    `SELECT current_database() AS database, current_setting('server_version') AS version,
            (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
            current_user AS role,
            (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS "canCreateDatabase",
            CASE WHEN to_regnamespace('lockkeeper') IS NULL THEN has_database_privilege(current_database(), 'CREATE')
                 ELSE has_schema_privilege('lockkeeper', 'CREATE') END AS "canKeepLedger",
            coalesce(current_schema(), current_setting('search_path')) AS schema,
            CASE WHEN current_schema() IS NULL THEN has_database_privilege(current_database(), 'CREATE')
                 ELSE has_schema_privilege(current_schema(), 'CREATE') END AS "canCreateTables",
            pg_database_size(current_database())::text AS size,
            pg_has_role('pg_read_all_stats', 'USAGE') AS "seesAllActivity",
            (SELECT extract(epoch FROM max(replay_lag))::float8 FROM pg_stat_replication) AS "lagSeconds",
            (SELECT sum(numbackends)::int FROM pg_stat_database) AS used,
            current_setting('max_connections')::int AS max`,
  );
  const [row] = rows;
  if (!row) throw permanent(FailureType.TargetUnavailable, 'The target answers no question about itself.');
  const { used, max, size, ...identity } = row;
  return {
    ...identity,
    version: identity.version.split(' ')[0] ?? '',
    majorVersion: majorOf(server),
    sizeBytes: Number(size),
    connections: { used, max },
  };
}

/** What a server says of itself before anything else is asked. */
interface Banner {
  /** `version()`. */
  version: string;
  /** `server_version_num`. */
  number: number;
  recovery: boolean;
}

function majorOf({ number }: Banner): number {
  return Math.floor(number / 10_000);
}

/** @returns why it cannot be a target, in one sentence; null when it can. */
export function judgeServer(server: Banner): string | null {
  if (!server.version.startsWith('PostgreSQL ') || majorOf(server) < OLDEST_SUPPORTED) {
    return `The target is ${server.version.split(/ on | \(/)[0] ?? 'unknown'}; Lockkeeper needs PostgreSQL ${OLDEST_SUPPORTED} or newer.`;
  }
  return server.recovery ? 'The target is a read replica; point the URL at the primary server.' : null;
}

async function readLongTransactions(client: Client): Promise<ServerFacts['longTransactions']> {
  const { rows } = await client.query<{ pid: number; application: string; ageSeconds: number }>(
    `SELECT pid, coalesce(nullif(application_name, ''), 'unnamed') AS application,
            extract(epoch FROM now() - xact_start)::int AS "ageSeconds"
       FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND now() - xact_start > interval '30 seconds'
      ORDER BY xact_start LIMIT 20`,
  );
  return rows;
}

/**
 * Rows are estimates. A table that nobody has analysed yet and whose counters are lost (after a restore or a crash) is
 * taken to have a row every hundred bytes: to call it empty would call its dangers none.
 */
const TABLES = `
  WITH own AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name,
           CASE WHEN c.reltuples < 0 AND coalesce(s.n_live_tup, 0) = 0 THEN ceil(pg_relation_size(c.oid) / 100.0)
                ELSE greatest(c.reltuples, s.n_live_tup, 0) END AS rows,
           pg_total_relation_size(c.oid) AS bytes, pg_table_size(c.oid)::text AS row_bytes, c.relkind
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
     WHERE c.relkind IN ('r', 'p') AND ${isProjects('n.nspname')}
  ), keys AS (
    SELECT d.refobjid AS oid, max(pg_sequence_last_value(q.seqrelid)::float8 / CASE a.atttypid WHEN 21 THEN 32767 ELSE 2147483647 END) AS used
      FROM pg_sequence q
      JOIN pg_depend d ON d.objid = q.seqrelid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.atttypid IN (21, 23)
     WHERE has_sequence_privilege(q.seqrelid, 'SELECT, USAGE')
     GROUP BY d.refobjid
  )
  SELECT own.name, own.row_bytes AS "rowBytes", keys.used,
         CASE WHEN own.relkind = 'p' THEN 'partitioned'
              WHEN EXISTS (SELECT FROM pg_inherits i WHERE own.oid IN (i.inhrelid, i.inhparent)) THEN 'related' END AS family,
         CASE WHEN own.relkind = 'p' THEN leaves.rows ELSE own.rows END::bigint::text AS rows,
         CASE WHEN own.relkind = 'p' THEN leaves.bytes ELSE own.bytes END::bigint::text AS bytes
    FROM own LEFT JOIN keys USING (oid)
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(leaf.rows), 0) AS rows, coalesce(sum(leaf.bytes), 0) AS bytes
        FROM pg_partition_tree(own.oid) t JOIN own leaf ON leaf.oid = t.relid
       WHERE own.relkind = 'p' AND t.isleaf) leaves`;

/** Every table by `schema.table`. */
export async function readTables(client: Client): Promise<ServerFacts['tables']> {
  const { rows } = await client.query<{
    name: string;
    rows: string;
    bytes: string;
    rowBytes: string;
    used: number | null;
    family: TableSize['family'] | null;
  }>(TABLES);
  return Object.fromEntries(
    rows.map(({ name, rows: count, bytes, rowBytes, used, family }) => [
      name,
      {
        rows: Number(count),
        bytes: Number(bytes),
        rowBytes: Number(rowBytes),
        ...(used !== null && { keyUsed: used }),
        ...(family && { family }),
      },
    ]),
  );
}
