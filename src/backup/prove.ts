/** A backup is proven by restoring it: every table must hold what it held at the dump's snapshot. */
import { dirname } from 'node:path';
import { digestFile } from '../adapters/backup-store/digest-file';
import type { BackupStore } from '../adapters/backup-store/store';
import { contentsLike, prepareDigests, type Contents } from '../adapters/content-digest';
import { differences } from '../adapters/content-differences';
import type { PgTools, RestoreOptions } from '../adapters/pg-tools';
import type { Client } from '../adapters/postgres';
import { SCRATCH_APPLICATION, type ScratchDatabases } from '../adapters/scratch';
import { isConnectionLoss } from '../adapters/statement-failure';
import type { BackupSummary, RestoreProgress } from '../contract';
import { FailureType, permanent } from '../errors';
import { backupOf, type Backup } from './catalog';
import { endOnAbort } from './end-on-abort';
import { verifiedName, writtenVerified, type BackupMeta, type Verified } from './meta';
import { Staging } from './staging';

export interface RestoreRequest {
  backup: Backup;
  store: BackupStore;
  tools: PgTools;
  url: string;
  scratch: ScratchDatabases;
  /** Purpose of the scratch database that it is restored into. */
  purpose: string;
  /** Where it lies; the server's usual place without it. */
  tablespace?: string | null;
  jobs: number;
  /** Folder for what must be fetched first. */
  dir: string;
  signal: AbortSignal;
  onProgress: (progress: RestoreProgress) => void;
}

export interface Restored {
  /** The scratch database, which is left to the caller. */
  database: string;
  restoreMs: number;
  compareMs: number;
}

/**
 * Restores into a scratch database, stops at the first error, and compares every table.
 * @throws ApplicationFailure Backup where a byte differs, the restore fails, or its contents are not those of the `.meta`.
 */
export async function restoreProven(request: RestoreRequest): Promise<Restored> {
  return withDump(request, async ({ file, staging }) => {
    const startedAt = Date.now();
    const database = await request.scratch.create(request.purpose, 'template0', request.tablespace);
    await restoreDump(request, { database, file });
    const restoreMs = Date.now() - startedAt;
    await compare(request);
    const compareMs = Date.now() - startedAt - restoreMs;
    await markVerified(request, staging, restoreMs);
    return { database, restoreMs, compareMs };
  });
}

export interface FetchedDump {
  file: string;
  /** For what is needed beside it meanwhile. */
  staging: Staging;
}

/** The dump is at hand, and is the one that was taken, as long as `use` runs. */
export async function withDump<T>(request: RestoreRequest, use: (dump: FetchedDump) => Promise<T>): Promise<T> {
  const { meta } = request.backup;
  request.onProgress({ step: 'fetch', tables: { done: 0, total: tableCount(meta) } });
  const staging = await Staging.open(request.dir, { applicationName: null, scratchId: null });
  try {
    const file = await fetchDump(request.store, meta, staging.folder, request.signal);
    return await use({ file, staging });
  } finally {
    await staging.close();
  }
}

function tableCount({ contents }: BackupMeta): number {
  return Object.keys(contents.tables).length;
}

/** Not one byte of a dump reaches pg_restore before its digest is checked. @returns the dump's path. */
async function fetchDump(store: BackupStore, meta: BackupMeta, folder: string, signal: AbortSignal): Promise<string> {
  let path = '';
  for (const { name, bytes, sha256 } of meta.files) {
    path = await store.fetch(name, folder, signal);
    const seen = await digestFile(path, signal);
    if (seen.bytes !== bytes || seen.sha256 !== sha256)
      throw permanent(
        FailureType.Backup,
        `${store.locate(name)} is damaged: it has ${seen.bytes} bytes with sha256 ${seen.sha256.slice(0, 12)}, and its .meta says ${bytes} with ${sha256.slice(0, 12)}.`,
      );
  }
  return meta.format === 'directory' ? dirname(path) : path;
}

/** The whole dump, or a part of it. @throws ApplicationFailure Backup at the first error. */
export async function restoreDump(
  { backup: { meta }, tools, url, jobs, signal, onProgress }: RestoreRequest,
  part: Pick<RestoreOptions, 'database' | 'file' | 'section' | 'list'>,
): Promise<void> {
  const { format, id } = meta;
  if (format === 'external')
    throw permanent(FailureType.Backup, `Backup ${id} was taken by another tool; restore it with that.`);
  const tables = { done: 0, total: tableCount(meta) };
  const onTable = (): void => {
    tables.done += 1;
    onProgress({ step: 'restore', tables: { ...tables } });
  };
  onProgress({ step: 'restore', tables });
  await restoring(id, signal, () =>
    tools.restore({ ...part, url, applicationName: SCRATCH_APPLICATION, format, jobs, onTable, signal }),
  );
}

/** @throws ApplicationFailure Backup saying which one does not restore. */
export async function restoring(id: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    if (isConnectionLoss(error)) throw error;
    throw permanent(FailureType.Backup, `Backup ${id} does not restore: ${(error as Error).message}`);
  }
}

/**
 * @param leftOut tables that need not hold the same.
 * @throws ApplicationFailure Backup where the scratch database holds something else.
 */
export async function compare(request: RestoreRequest, leftOut: ReadonlySet<string> = new Set()): Promise<void> {
  const { backup, scratch, purpose, jobs, signal, onProgress } = request;
  const { id } = backup.meta;
  const contents = without(backup.meta.contents, leftOut);
  const total = Object.keys(contents.tables).length;
  const clients: Client[] = [];
  let done = 0;
  try {
    for (let job = 0; job < jobs; job++) {
      const client = await scratch.open(purpose);
      clients.push(client);
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await prepareDigests(client);
    }
    const onTable = (): void => onProgress({ step: 'compare', tables: { done: ++done, total } });
    const restored = await endOnAbort(clients, signal, () => contentsLike(clients, contents, onTable));
    const differing = differences(contents, without(restored, leftOut));
    if (differing.length > 0)
      throw permanent(
        FailureType.Backup,
        `Backup ${id} restored does not hold what the database held: ${differing.slice(0, 5).join(', ')}${differing.length > 5 ? ` and ${differing.length - 5} more` : ''}.`,
      );
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

function without<T extends Contents>(contents: T, leftOut: ReadonlySet<string>): T {
  const tables = Object.entries(contents.tables).filter(([name]) => !leftOut.has(name));
  return { ...contents, tables: Object.fromEntries(tables) };
}

async function markVerified(
  { backup, store, scratch, purpose }: RestoreRequest,
  staging: Staging,
  restoreMs: number,
): Promise<void> {
  const { id, sha256 } = backup.meta;
  const serverVersion = await scratch.use(purpose, async (client) => {
    const { rows } = await client.query<{ version: string }>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
    );
    return rows[0]?.version ?? '';
  });
  const verified: Verified = { version: 1, sha256, verifiedAt: new Date().toISOString(), restoreMs, serverVersion };
  await staging.keepText(store, verifiedName(id), writtenVerified(verified));
}

/** Whether the backup is there and is the one of the summary; see `BackupStore.check` for how closely its bytes are looked at. */
export async function isIntact(store: BackupStore, summary: BackupSummary, signal: AbortSignal): Promise<boolean> {
  const backup = await backupOf(store, summary).catch(() => null);
  if (!backup) return false;
  for (const { name, bytes, sha256 } of backup.meta.files)
    if (!(await store.check(name, { bytes, sha256 }, signal))) return false;
  return true;
}
