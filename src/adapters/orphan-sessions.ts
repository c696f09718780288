import { FailureType, transient } from '../errors';
import type { Client } from './postgres';

/**
 * Ends the sessions in this database that killed attempts left under these names, their pg_dump's as well, and waits until they are gone.
 * @throws ApplicationFailure Backup where one does not end.
 */
export async function endOrphans(client: Client, applicationNames: string[]): Promise<void> {
  const { rows } = await client.query<Terminated>(
    `SELECT pid, pg_terminate_backend(pid, 10000) AS ended FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user AND application_name = ANY($1)`,
    [applicationNames],
  );
  if (await isAnyLeft(client, rows))
    throw transient(
      FailureType.Backup,
      `A session of an earlier attempt (${applicationNames.join(', ')}) does not end.`,
    );
}

/** A session, and what pg_terminate_backend said when it was to end it. */
export interface Terminated {
  pid: number;
  ended: boolean;
}

/** It says false as well of a session that has gone by itself: of several, while the first was waited for. */
export async function isAnyLeft(client: Client, terminated: Terminated[]): Promise<boolean> {
  const doubtful = terminated.filter(({ ended }) => !ended).map(({ pid }) => pid);
  if (doubtful.length === 0) return false;
  // In a transaction, the sessions are as they were when it looked first.
  await client.query('SELECT pg_stat_clear_snapshot()');
  const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE pid = ANY($1)', [doubtful]);
  return rowCount !== 0;
}
