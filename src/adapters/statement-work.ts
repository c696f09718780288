/** What the server tells, from beside, of a statement that takes long: how far an index build is, whom it waits for. */
import type { Blocker, StatementWork } from '../contract';
import { toBlocker, type BlockerRow } from './lock-queue';
import type { Client } from './postgres';

export interface WorkSeen {
  work: StatementWork | null;
  /** Whom it waits for; CREATE INDEX CONCURRENTLY waits for old transactions of any table. */
  blockers: Blocker[];
}

/** @param pid backend of the session that runs the statement. */
export async function workOf(client: Client, pid: number): Promise<WorkSeen> {
  const blockers = await blocking(client, pid);
  return { work: (await reported(client, pid)) ?? (await guessed(client, pid)), blockers };
}

async function blocking(client: Client, pid: number): Promise<Blocker[]> {
  const { rows } = await client.query<BlockerRow>(
    `SELECT DISTINCT ON (b.pid) b.pid, coalesce(nullif(a.application_name, ''), 'unnamed application') AS application, coalesce(a.usename::text, 'unknown') AS "user",
            coalesce(a.state, 'unknown') AS state, coalesce(w.relation::regclass::text, '') AS relation, coalesce(w.mode, '') AS mode,
            (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS "transactionMs", a.query AS text
       FROM unnest(pg_blocking_pids($1)) AS b(pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid
       LEFT JOIN pg_locks w ON w.pid = $1 AND NOT w.granted
      ORDER BY b.pid`,
    [pid],
  );
  return rows.map(toBlocker);
}

async function reported(client: Client, pid: number): Promise<StatementWork | null> {
  const { rows } = await client.query<StatementWork>(
    `SELECT phase, CASE WHEN total > 0 THEN round(100.0 * done / total, 1)::float8 END AS percent
       FROM (SELECT phase, CASE WHEN blocks_total > 0 THEN blocks_done WHEN tuples_total > 0 THEN tuples_done ELSE lockers_done END AS done,
                    CASE WHEN blocks_total > 0 THEN blocks_total WHEN tuples_total > 0 THEN tuples_total ELSE lockers_total END AS total
               FROM pg_stat_progress_create_index WHERE pid = $1
             UNION ALL
             SELECT phase, heap_blks_scanned, heap_blks_total FROM pg_stat_progress_cluster WHERE pid = $1
             UNION ALL
             SELECT phase, heap_blks_scanned, heap_blks_total FROM pg_stat_progress_vacuum WHERE pid = $1) AS work`,
    [pid],
  );
  return rows[0] ?? null;
}

/** Of other statements the server tells nothing but their locks: the largest table among them is what takes the time. */
async function guessed(client: Client, pid: number): Promise<StatementWork | null> {
  const { rows } = await client.query<{ relation: string; size: string }>(
    // pg_relation_size() would wait for the very lock that is looked at.
    `SELECT c.oid::regclass::text AS relation, pg_size_pretty(c.relpages::bigint * 8192) AS size
       FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
      WHERE l.pid = $1 AND l.granted AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock' AND c.relkind IN ('r', 'm', 'p')
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND c.relnamespace <> 'pg_catalog'::regnamespace
        AND c.relnamespace IS DISTINCT FROM to_regnamespace('lockkeeper')
      ORDER BY c.relpages DESC LIMIT 1`,
    [pid],
  );
  const [largest] = rows;
  return largest ? { phase: `working on ${largest.relation}, about ${largest.size}`, percent: null } : null;
}
