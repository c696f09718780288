/** One exported snapshot: pg_dump and the digests see the same rows, whatever is written meanwhile. */
import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  holdTables,
  prepareDigests,
  samplesOf,
  tableDigests,
  tablesToDigest,
  type TableDigest,
  type TableToDigest,
} from '../adapters/content-digest';
import { largeObjectDigest, type LargeObjectDigest } from '../adapters/large-objects';
import { withSession, type Client } from '../adapters/postgres';
import { appliedMigrations } from '../adapters/prisma-history';
import { sequencesBetween, sequenceValues, type SequenceValues } from '../adapters/sequences';
import type { BackupConfig } from '../config/backup';
import { FailureType, permanent } from '../errors';
import { roomNeeded } from '../policy/backup-room';
import { compressionOf, COMPRESS, type Compression } from './compression';
import type { BackupRequest } from './request';
import { endOnAbort } from './end-on-abort';
import { snapshotFacts, type SnapshotFacts } from './facts';
import { sizeOf } from './files';
import { dumpName } from './meta';
import type { Staging } from './staging';
import { together } from './together';

export interface Dumped {
  facts: SnapshotFacts;
  compression: Compression;
  applied: string[];
  tables: Record<string, TableDigest>;
  largeObjects: LargeObjectDigest;
  sequences: SequenceValues;
}

/** Dumps into the staging folder. @throws ApplicationFailure Backup */
export async function dumpSnapshot(request: BackupRequest, staging: Staging): Promise<Dumped> {
  const { url, applicationName, config, signal } = request;
  return withSession(url, { applicationName }, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const facts = await snapshotFacts(client);
    const applied = await appliedMigrations(client);
    await requireRoom(config, facts.database.bytes);
    await prepareDigests(client);
    // It waits for pg_dump without a query of its own.
    await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    const tables = await tablesToDigest(client);
    await holdTables(client, tables);
    const before = await sequenceValues(client);
    const snapshot = await exportSnapshot(client);
    const progress = watchProgress(request, staging, tables.length);
    try {
      const [compression, digests] = await together(
        signal,
        (stop) => runDump(request, staging, snapshot, progress.onDumped, stop),
        (stop) => digestSnapshot(client, tables, config, progress.onDigested, stop),
      );
      return {
        facts,
        compression,
        applied,
        ...digests,
        sequences: sequencesBetween(before, await sequenceValues(client)),
      };
    } finally {
      progress.stop();
    }
  });
}

async function exportSnapshot(client: Client): Promise<string> {
  const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
  return rows[0]?.snapshot ?? '';
}

/** @throws ApplicationFailure Backup where less is free than the dump may take. */
async function requireRoom({ dir, format, compression }: BackupConfig, databaseBytes: number): Promise<void> {
  const needed = roomNeeded(databaseBytes, format !== 'plain' && compression !== 'none');
  const { bavail, bsize } = await statfs(dir);
  if (bavail * bsize < needed)
    throw permanent(
      FailureType.Backup,
      `${dir} has ${megabytes(bavail * bsize)} free, and the backup may take ${megabytes(needed)}; free some space.`,
    );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}

async function runDump(
  { url, applicationName, config, tools }: BackupRequest,
  staging: Staging,
  snapshot: string,
  onTable: () => void,
  signal: AbortSignal,
): Promise<Compression> {
  const { format, jobs, bytesPerSecond } = config;
  const file = staging.path(dumpName(staging.id, format));
  const compression = await compressionOf(config, tools, signal);
  await tools.dump({
    url,
    applicationName,
    snapshot,
    format,
    jobs,
    file,
    bytesPerSecond,
    ...(format === 'plain' ? {} : { compress: COMPRESS[compression] }),
    onTable,
    signal,
  });
  return compression;
}

async function digestSnapshot(
  client: Client,
  tables: TableToDigest[],
  { sampleAboveBytes, bytesPerSecond }: BackupConfig,
  onTable: () => void,
  signal: AbortSignal,
): Promise<Pick<Dumped, 'tables' | 'largeObjects'>> {
  const startedAt = Date.now();
  let bytes = 0;
  const wait = async (table: TableToDigest): Promise<void> => {
    onTable();
    bytes += table.bytes;
    const early = bytesPerSecond === null ? 0 : (bytes / bytesPerSecond) * 1000 - (Date.now() - startedAt);
    if (early > 0) await sleep(early, undefined, { signal });
  };
  return endOnAbort([client], signal, async () => ({
    tables: await tableDigests([client], tables, samplesOf(tables, sampleAboveBytes), wait),
    largeObjects: await largeObjectDigest(client),
  }));
}

const PROGRESS_MS = 1_000;

function watchProgress(
  { onProgress, config }: BackupRequest,
  staging: Staging,
  total: number,
): { onDumped: () => void; onDigested: () => void; stop: () => void } {
  const tables = { dumped: 0, digested: 0, total };
  const file = staging.path(dumpName(staging.id, config.format));
  const look = async (): Promise<void> =>
    onProgress({ step: 'dump', bytes: await sizeOf(file), tables: { ...tables } });
  const timer = setInterval(() => void look(), PROGRESS_MS);
  return {
    onDumped: () => (tables.dumped += 1),
    onDigested: () => (tables.digested += 1),
    stop: () => {
      clearInterval(timer);
      void look();
    },
  };
}
