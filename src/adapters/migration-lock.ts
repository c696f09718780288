/** Prisma's migration lock (session advisory lock 72707369): Prisma's CLI and Lockkeeper exclude each other by it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureType, permanent } from '../errors';
import type { Client } from './postgres';

export const PRISMA_LOCK_ID = 72_707_369;
/** Less than the engine's own 10 s, after which it says no more than that it timed out. */
const WAIT_MS = 8_000;
const POLL_MS = 200;

/**
 * Takes the lock for the session by polling, so that giving up leaves no waiter behind.
 * @throws ApplicationFailure MigrationLockHeld naming the session that holds it, after 8 s.
 */
export async function acquireMigrationLock(client: Client): Promise<void> {
  for (const deadline = Date.now() + WAIT_MS; ;) {
    const { rows } = await client.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock(${PRISMA_LOCK_ID}) AS locked`,
    );
    if (rows[0]?.locked) return;
    if (Date.now() >= deadline)
      throw permanent(
        FailureType.MigrationLockHeld,
        `${(await lockHolder(client)) ?? 'Another session'} holds Prisma's migration lock; wait for it or end it, and try again.`,
      );
    await sleep(POLL_MS);
  }
}

/** The session that holds it, in words; null where none does. */
export async function lockHolder(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ pid: number; application: string; user: string; address: string | null }>(
    `SELECT l.pid, coalesce(nullif(a.application_name, ''), 'an unnamed application') AS application,
            coalesce(a.usename::text, 'unknown') AS user, CASE WHEN a.client_port = -1 THEN 'a local socket' ELSE host(a.client_addr) END AS address
       FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = ${PRISMA_LOCK_ID}
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  const [found] = rows;
  if (!found) return null;
  // Hidden from roles that may not read all statistics.
  const from = found.address === null ? '' : `, from ${found.address}`;
  return `Session ${found.pid} (${found.application}, user ${found.user}${from})`;
}
