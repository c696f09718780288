/**
 * `<id>.partial/`: where a backup is made. It is whole before anything of it gets its final name, and the id is its own in this folder and in
 * its store, which other hosts may share. `restore_<number>.partial/`: where a backup is fetched to.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupStore } from '../adapters/backup-store/store';
import { isAlive, thisProcess, type ProcessOwner } from '../adapters/process-owner';
import { FailureType, permanent } from '../errors';
import { claimId, newToken, tidyStore } from './claim';
import { backupId, dumpName, FORMATS, isBackupId } from './meta';

const SUFFIX = '.partial';
const OWNER = 'owner.json';
/** All that a folder holds before it has an owner, who is known whole or not at all. */
const UNOWNED = 'owner.json.new';
const LEASE_MS = 10_000;
/** Another host's process cannot be asked whether it lives; after a day without a sign it does not. */
const ABANDONED_MS = 24 * 3_600_000;

/** What a folder is called that holds no backup in the making. */
const FETCHED = /^restore_[0-9a-f]{16}$/;

interface Owner extends ProcessOwner {
  leaves: Leavings;
  /** What its claim in the store holds; null where it claims nothing. */
  token: string | null;
}

/** What outlives a process that is killed. */
export interface Leavings {
  /** Of its sessions in the target, pg_dump's included; null where it has none of its own name. */
  applicationName: string | null;
  /** Whose scratch databases are its own, and nobody's after it; null where a deployment cares for them. */
  scratchId: string | null;
}

export class Staging {
  private readonly lease: NodeJS.Timeout;

  private constructor(
    readonly id: string,
    readonly folder: string,
    private readonly tidy: () => Promise<boolean>,
  ) {
    this.lease = setInterval(() => void renew(folder), LEASE_MS).unref();
  }

  /** For what is fetched, or kept beside a backup that is there. @throws ApplicationFailure Backup */
  static async open(dir: string, leaves: Leavings): Promise<Staging> {
    await makeFolder(dir);
    for (;;) {
      const id = `restore_${randomBytes(8).toString('hex')}`;
      const folder = join(dir, id + SUFFIX);
      if (await makeOwned(folder, { ...thisProcess(), leaves, token: null }))
        return new Staging(id, folder, () => Promise.resolve(true));
    }
  }

  /**
   * For a backup. Takes the first id that is free from now on: two targets of one project may be backed up in the same second, and so
   * may those of two hosts that share a bucket.
   * @throws ApplicationFailure Backup
   */
  static async forBackup(dir: string, leaves: Leavings, store: BackupStore): Promise<Staging> {
    await makeFolder(dir);
    const kept = await store.list('.meta');
    const now = Date.now();
    for (let second = 0; second < 60; second++) {
      const id = backupId(new Date(now + second * 1000));
      if (kept.some((name) => name.startsWith(`${id}.`))) continue;
      const folder = join(dir, id + SUFFIX);
      const token = newToken();
      if ((await isTaken(dir, id)) || !(await makeOwned(folder, { ...thisProcess(), leaves, token }))) continue;
      const staging = new Staging(id, folder, () => tidyStore(store, id, token));
      try {
        if (await claimId(store, id, token)) return staging;
      } catch (error) {
        await staging.close();
        throw error;
      }
      await staging.close();
    }
    throw permanent(FailureType.Backup, `Every id of this minute is taken in ${dir}; try again later.`);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Puts a small text into a store, all of it or nothing: what a killed process leaves of it lies in this folder. */
  async keepText(store: BackupStore, name: string, text: string): Promise<void> {
    await writeFile(this.path(name), text, { mode: 0o600, flush: true });
    await store.put(this.path(name), name);
  }

  /** Leaves nothing here, and in the store nothing but a finished backup. Where the store lets nothing go, the folder stays and tells of it. */
  async close(): Promise<void> {
    clearInterval(this.lease);
    if (await this.tidy()) await removeOwned(this.folder);
  }
}

/** @throws ApplicationFailure Backup */
export async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw permanent(FailureType.Backup, `Backup folder ${dir} cannot be made (${code}); change backup.dir.`);
  }
}

/** @returns whether it is this process's: another may have made it first, or taken it for a dead one's before it had an owner. */
async function makeOwned(folder: string, owner: Owner): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, UNOWNED), JSON.stringify(owner));
    await rename(join(folder, UNOWNED), join(folder, OWNER));
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

async function isTaken(dir: string, id: string): Promise<boolean> {
  return (await readdir(dir)).some((name) => name.startsWith(`${id}.`));
}

async function renew(folder: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, OWNER), now, now).catch(() => undefined);
}

/** Its owner last: a folder whose removal is cut short is still known as a dead one's. */
async function removeOwned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (name !== OWNER) await rm(join(folder, name), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Does nothing where it has got an owner meanwhile. */
async function removeUnowned(folder: string): Promise<void> {
  await rm(join(folder, UNOWNED), { force: true });
  await rmdir(folder).catch(() => undefined);
}

/**
 * Removes the `.partial` of dead runs, and of their store what came there before its `.meta`.
 * @param end ends what else they may have left. First: nothing but the folders tells of it.
 */
export async function removeAbandoned(
  dir: string,
  store: BackupStore,
  end: (left: Leavings[]) => Promise<void>,
): Promise<void> {
  const partials = await abandoned(dir);
  await end(partials.flatMap(({ owner }) => owner?.leaves ?? []));
  for (const { name, owner, isUnowned } of partials) {
    const id = name.slice(0, -SUFFIX.length);
    // Nobody claims an id before the folder tells whose it is.
    if (isUnowned) await removeUnowned(join(dir, name));
    else if (!isBackupId(id) || (await tidyStore(store, id, owner?.token ?? newToken())))
      await removeOwned(join(dir, name));
  }
}

/** What is no backup in a folder of backups, by name. */
export interface Remains {
  /** `.partial` of dead runs. */
  partials: string[];
  /** Dumps without their `.meta` that nobody is making. */
  withoutMeta: string[];
}

/** Reads only. A folder that is not there holds none. */
export async function remainsIn(dir: string): Promise<Remains> {
  const names = new Set(await readdir(dir).catch(() => []));
  const partials = names.size === 0 ? [] : (await abandoned(dir)).map(({ name }) => name);
  const withoutMeta = [...names].filter((name) => {
    const id = name.split('.')[0] ?? '';
    const isDump = isBackupId(id) && FORMATS.some((format) => name === dumpName(id, format));
    return isDump && !names.has(`${name}.meta`) && !names.has(id + SUFFIX);
  });
  return { partials, withoutMeta };
}

interface Abandoned {
  name: string;
  owner: Owner | null;
  /** Its maker died, or is about to say that it is its own. */
  isUnowned: boolean;
}

async function abandoned(dir: string): Promise<Abandoned[]> {
  const found: Abandoned[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const { name } = entry;
    const id = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : '';
    const isPartial = isBackupId(id) || FETCHED.test(id);
    // Only folders that this file makes; a link of that name is somebody else's.
    if (!entry.isDirectory() || !isPartial) continue;
    const folder = join(dir, name);
    const owner = await readOwner(folder);
    const isUnowned = owner === null && (await holdsNothing(folder));
    if (isUnowned || (await isDeserted(folder, owner))) found.push({ name, owner, isUnowned });
  }
  return found;
}

async function holdsNothing(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [OWNER]);
  return names.every((name) => name === UNOWNED);
}

async function isDeserted(folder: string, owner: Owner | null): Promise<boolean> {
  if (owner !== null && isAlive(owner) === false) return true;
  const signOfLife = await stat(join(folder, OWNER)).catch(() => stat(folder));
  return Date.now() - signOfLife.mtimeMs > ABANDONED_MS;
}

async function readOwner(folder: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(join(folder, OWNER), 'utf8')) as Owner;
  } catch {
    return null;
  }
}
