import { FailureType, transient } from '../errors';
import type { Client } from './postgres';

/**
 * Ends the sessions in this database that killed attempts left under these names, their pg_dump's as well, and waits until they are gone.
 * @throws ApplicationFailure Backup where one does not end.
 */
export async function endOrphans(client: Client, applicationNames: string[]): Promise<void> {
  const { rows } = await client.query<{ ended: boolean }>(
    `SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user AND application_name = ANY($1)`,
    [applicationNames],
  );
  if (rows.some(({ ended }) => !ended))
    throw transient(
      FailureType.Backup,
      `A session of an earlier attempt (${applicationNames.join(', ')}) does not end.`,
    );
}
