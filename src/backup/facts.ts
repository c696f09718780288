/** What a backup's `.meta` says of the server and the database, as the dump's transaction sees them. */
import type { Client } from '../adapters/postgres';
import { FailureType, permanent } from '../errors';
import type { BackupMeta } from './meta';

export interface SnapshotFacts extends Pick<BackupMeta, 'server' | 'database' | 'snapshot'> {
  takenAt: Date;
}

export async function snapshotFacts(client: Client): Promise<SnapshotFacts> {
  const { rows } = await client.query<{
    takenAt: Date;
    server: BackupMeta['server'];
    database: BackupMeta['database'];
    snapshot: BackupMeta['snapshot'];
  }>(
    `SELECT clock_timestamp() AS "takenAt",
            json_build_object('version', split_part(current_setting('server_version'), ' ', 1),
                              'systemIdentifier', (SELECT system_identifier::text FROM pg_control_system())) AS server,
            json_build_object('name', datname, 'oid', oid::bigint, 'bytes', pg_database_size(oid),
                              'encoding', pg_encoding_to_char(encoding), 'collate', datcollate) AS database,
            json_build_object('lsn', pg_current_wal_lsn()::text,
                              'timeline', (SELECT timeline_id FROM pg_control_checkpoint())) AS snapshot
       FROM pg_database WHERE datname = current_database()`,
  );
  const [facts] = rows;
  if (!facts) throw permanent(FailureType.Backup, 'The server answers no question about itself.');
  return facts;
}
