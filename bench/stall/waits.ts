/** Who makes the application wait: looks at its lock waits while a contestant works. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connected } from '../server';
import { APPLICATION } from './traffic';

const EVERY_MS = 50;

export interface Wait {
  /** Longest time that was seen, in milliseconds. */
  ms: number;
  /** The application's statement, as it was sent. */
  statement: string;
  /** What it asked for: `RowExclusiveLock on orders`. */
  wanted: string;
  /** The statement in its way, and the lock that this one holds or waits for itself. */
  behind: string;
}

/** Asked every time: it takes no lock of the server's that the application needs. Nothing of what is counted may come of counting. */
const IS_ANYBODY_WAITING = {
  name: 'is-anybody-waiting',
  text: `SELECT FROM pg_stat_get_activity(NULL)
          WHERE wait_event_type = 'Lock' AND application_name = '${APPLICATION}' LIMIT 1`,
};

/**
 * One row for each statement that is in the way of one that waits. A statement may be in the way without having anything:
 * who waits for a strong lock makes all others queue behind.
 */
const WAITS = `
  SELECT (extract(epoch FROM clock_timestamp() - w.waitstart) * 1000)::float8 AS ms, a.query AS statement,
         CASE WHEN w.locktype = 'relation' THEN w.mode || ' on ' || w.relation::regclass
              ELSE 'a row that a transaction has written' END AS wanted,
         b.query AS blocker, b.state,
         (SELECT h.mode || CASE WHEN h.granted THEN ', held' ELSE ', not yet granted' END FROM pg_locks h
           WHERE h.pid = b.pid AND h.relation = w.relation AND h.database = w.database
           ORDER BY h.granted, array_position(ARRAY['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock',
             'ShareLock', 'ShareUpdateExclusiveLock'], h.mode) LIMIT 1) AS has
    FROM pg_locks w
    JOIN pg_stat_activity a ON a.pid = w.pid AND a.application_name = '${APPLICATION}'
   CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocking
    JOIN pg_stat_activity b ON b.pid = blocking AND b.application_name <> '${APPLICATION}'
   WHERE NOT w.granted AND w.waitstart IS NOT NULL`;

interface Row {
  ms: number;
  statement: string;
  wanted: string;
  blocker: string;
  state: string;
  has: string | null;
}

/** Watches until `over` fires; resolves to the longest wait behind each blocking statement, longest first. */
export function watchWaits(url: string, over: AbortSignal): Promise<Wait[]> {
  const longest = new Map<string, Wait>();
  return connected(url, async (client) => {
    while (!over.aborted) {
      const { rowCount } = await client.query(IS_ANYBODY_WAITING);
      const { rows } = rowCount ? await client.query<Row>(WAITS) : { rows: [] };
      for (const row of rows) {
        const behind = `${statementOf(row.blocker)} (${row.has ?? 'its transaction is open'})`;
        const known = longest.get(behind);
        if (!known || known.ms < row.ms)
          longest.set(behind, { ms: row.ms, statement: statementOf(row.statement), wanted: row.wanted, behind });
      }
      await sleep(EVERY_MS);
    }
    return [...longest.values()].sort((a, b) => b.ms - a.ms);
  });
}

/** The first words of a statement, on one line. Of several sent at once, the last comment before them goes. */
function statementOf(query: string): string {
  const bare = query
    .replace(/^\s*--.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  return bare.length > 90 ? `${bare.slice(0, 89)}…` : bare;
}
