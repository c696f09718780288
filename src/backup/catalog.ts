/** The backups of a store. */
import type { BackupStore } from '../adapters/backup-store/store';
import type { BackupSummary } from '../contract';
import { FailureType, permanent, UsageError } from '../errors';
import { expiredBackups, type Retention } from '../policy/retention';
import {
  dumpName,
  FORMATS,
  globalsName,
  isBackupId,
  metaName,
  metaSchema,
  summaryOf,
  verifiedName,
  verifiedSchema,
  type BackupMeta,
  type Verified,
} from './meta';

export interface Backup {
  meta: BackupMeta;
  /** Where its dump lies, for people. */
  location: string;
  verified: Verified | null;
}

export interface Catalog {
  /** Newest first. */
  backups: Backup[];
  /** Names that end in `.meta` and are none. */
  unreadable: string[];
}

/** @param since only backups whose id says that they were made then or later. */
export async function listBackups(store: BackupStore, since?: Date): Promise<Catalog> {
  const backups: Backup[] = [];
  const unreadable: string[] = [];
  for (const name of (await store.list('.meta')).sort().reverse()) {
    const id = name.split('.')[0] ?? '';
    if (!isBackupId(id)) continue;
    if (since && timeOf(id) < since.getTime()) continue;
    const meta = parseMeta(await store.readText(name), name);
    if (!meta) unreadable.push(name);
    else backups.push(await toBackup(store, meta));
  }
  return { backups, unreadable };
}

/** @throws UsageError for what is no id, or no backup of this store. */
export async function findBackup(store: BackupStore, id: string): Promise<Backup> {
  if (!isBackupId(id))
    throw new UsageError(`"${id}" is not the id of a backup; they look like migration_backup_20261123_125232.`);
  for (const format of FORMATS) {
    const name = metaName(id, format);
    const text = await store.readText(name);
    if (text === null) continue;
    const meta = parseMeta(text, name);
    if (!meta)
      throw permanent(FailureType.Backup, `${store.locate(name)} is not the .meta of this backup, or is damaged.`);
    return toBackup(store, meta);
  }
  throw new UsageError(
    `There is no backup ${id} in ${store.locate('')}; "lockkeeper backup list" shows those that are.`,
  );
}

/** Null where the backup is not what the summary says, or is not there. */
export async function backupOf(store: BackupStore, summary: BackupSummary): Promise<Backup | null> {
  const backup = await findBackup(store, summary.id).catch((error: unknown) => {
    if (error instanceof UsageError) return null;
    throw error;
  });
  return backup?.meta.sha256 === summary.sha256 ? backup : null;
}

/** A `.meta` that speaks of another backup than its name does is a swapped one. */
function parseMeta(text: string | null, name: string): BackupMeta | null {
  const parsed = metaSchema.safeParse(fromJson(text));
  if (!parsed.success) return null;
  const meta = parsed.data;
  const base = dumpName(meta.id, meta.format);
  const hasOwnFiles = meta.files.every((file) =>
    meta.format === 'directory' ? isFileOf(base, file.name) : file.name === base,
  );
  const hasOwnGlobals = !('name' in meta.globals) || meta.globals.name === globalsName(meta.id);
  const hasContent = meta.format === 'external' ? meta.reference !== undefined : meta.files.length > 0;
  return name === metaName(meta.id, meta.format) && hasContent && hasOwnFiles && hasOwnGlobals ? meta : null;
}

function isFileOf(folder: string, name: string): boolean {
  return name.startsWith(`${folder}/`) && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name.slice(folder.length + 1));
}

function fromJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

async function toBackup(store: BackupStore, meta: BackupMeta): Promise<Backup> {
  const verified = verifiedSchema.safeParse(fromJson(await store.readText(verifiedName(meta.id))));
  const isOfThis = verified.success && verified.data.sha256 === meta.sha256;
  return {
    meta,
    location: locationOf(store, meta),
    verified: isOfThis ? verified.data : null,
  };
}

/** For people: a path, `s3://...`, or what another tool calls it. */
export function locationOf(store: BackupStore, { id, format, reference }: BackupMeta): string {
  return reference === undefined ? store.locate(dumpName(id, format)) : `external:${reference}`;
}

export function summarize({ meta, location }: Backup): BackupSummary {
  return summaryOf(meta, location);
}

/** Deletes what has served its time, of one target only. @returns the ids. */
export async function rotate(
  store: BackupStore,
  of: { environment: string; target: string },
  keep: Retention,
  now: Date,
): Promise<string[]> {
  if (keep.count === null && keep.ageMs === null) return [];
  const { backups } = await listBackups(store);
  const own = backups.filter(({ meta }) => meta.environment === of.environment && meta.target === of.target);
  const expired = expiredBackups(
    own.map(({ meta, verified }) => ({ id: meta.id, takenAt: meta.takenAt, verified: verified !== null })),
    keep,
    now,
  );
  for (const { meta } of own.filter(({ meta: { id } }) => expired.includes(id))) await removeBackup(store, meta);
  return expired;
}

/** The `.meta` first: what is left of a backup that was deleted halfway is no backup. */
async function removeBackup(store: BackupStore, { id, format, files, globals }: BackupMeta): Promise<void> {
  await store.remove([metaName(id, format)]);
  await store.remove([
    verifiedName(id),
    ...files.map(({ name }) => name),
    ...('name' in globals ? [globals.name] : []),
  ]);
}

function timeOf(id: string): number {
  const [, , day = '', time = ''] = id.split('_');
  const clock = `${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`;
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${clock}Z`);
}
