/** What follows the server, and the pause that it may need between two segments. Slots are looked at, never touched. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureType, permanent } from '../errors';
import { nothingFollows, overLimit, type ReplicationLimits, type ReplicationState } from '../policy/replication';
import type { Client } from './postgres';

const LOOK_EVERY_MS = 1_000;

/**
 * @param onPause told once a second what the deployment rests for.
 * @returns a gate to pass before each segment; it asks the server at most once a second, and only once where nothing follows it.
 */
export function replicationGate(
  client: Client,
  limits: ReplicationLimits,
  onPause: (why: string) => void,
  signal: AbortSignal,
): () => Promise<void> {
  let lookedAt = 0;
  let alone = false;
  return async () => {
    if (alone || Date.now() - lookedAt < LOOK_EVERY_MS) return;
    for (const deadline = Date.now() + limits.patienceMs; ;) {
      const state = await replicationState(client);
      lookedAt = Date.now();
      alone = nothingFollows(state);
      const why = overLimit(state, limits);
      if (why === null) return;
      if (Date.now() >= deadline)
        throw permanent(
          FailureType.ReplicationLag,
          `The deployment rested for ${why}, and it did not get better in time.`,
        );
      onPause(`paused: ${why}`);
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  };
}

/** Lags of other roles' connections are null for a role without pg_read_all_stats. */
export async function replicationState(client: Client): Promise<ReplicationState> {
  const { rows } = await client.query<ReplicationState>(
    `SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('name', coalesce(nullif(application_name, ''), pid::text),
                                                         'lagMs', extract(epoch FROM replay_lag) * 1000)), '[]')
               FROM pg_stat_get_wal_senders() JOIN pg_stat_get_activity(NULL) USING (pid)) AS replicas,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('name', slot_name, 'bytes', pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))), '[]')
               FROM pg_get_replication_slots() WHERE restart_lsn IS NOT NULL) AS slots`,
  );
  return rows[0] ?? { replicas: [], slots: [] };
}
