/** `<id>.partial/`: where a backup is made. It is whole before anything of it gets its final name. */
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupStore } from '../adapters/backup-store/store';
import { isAlive, thisProcess, type ProcessOwner } from '../adapters/process-owner';
import { FailureType, permanent } from '../errors';
import { backupId, dumpName, FORMATS, globalsName, isBackupId, metaName } from './meta';

const SUFFIX = '.partial';
const OWNER = 'owner.json';
const LEASE_MS = 10_000;
/** Another host's process cannot be asked whether it lives; after a day without a sign it does not. */
const ABANDONED_MS = 24 * 3_600_000;

interface Owner extends ProcessOwner {
  leaves: Leavings;
}

/** What outlives a process that is killed. */
export interface Leavings {
  /** Of its sessions in the target, pg_dump's included; null where it has none of its own name. */
  applicationName: string | null;
  /** Whose scratch databases are its own, and nobody's after it; null where a deployment cares for them. */
  scratchId: string | null;
}

export class Staging {
  private constructor(
    readonly id: string,
    readonly folder: string,
    private readonly lease: NodeJS.Timeout,
  ) {}

  /**
   * Takes the first id that is free from now on: two targets of one project may be backed up in the same second.
   * @param kept ids of the backups that are in their store already, which need not be this folder.
   */
  static async open(dir: string, leaves: Leavings, kept: ReadonlySet<string> = new Set()): Promise<Staging> {
    await makeFolder(dir);
    const now = Date.now();
    for (let second = 0; second < 60; second++) {
      const id = backupId(new Date(now + second * 1000));
      if (kept.has(id) || (await isTaken(dir, id))) continue;
      const folder = join(dir, id + SUFFIX);
      try {
        await mkdir(folder, { mode: 0o700 });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      }
      const owner: Owner = { ...thisProcess(), leaves };
      await writeFile(join(folder, OWNER), JSON.stringify(owner));
      const lease = setInterval(() => void renew(folder), LEASE_MS);
      return new Staging(id, folder, lease);
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

  async close(): Promise<void> {
    clearInterval(this.lease);
    await rm(this.folder, { recursive: true, force: true });
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

async function isTaken(dir: string, id: string): Promise<boolean> {
  return (await readdir(dir)).some((name) => name.startsWith(`${id}.`));
}

async function renew(folder: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, OWNER), now, now).catch(() => undefined);
}

/** Removes the `.partial` of dead runs, and files that had their final name before their `.meta`. @returns what else they may have left. */
export async function removeAbandoned(dir: string): Promise<Leavings[]> {
  const names = new Set(await readdir(dir));
  const left: Leavings[] = [];
  for (const partial of await abandoned(dir)) {
    const id = partial.slice(0, -SUFFIX.length);
    const leaves = (await readOwner(join(dir, partial)))?.leaves;
    const isFinished = FORMATS.some((format) => names.has(metaName(id, format)));
    const leftovers = isFinished ? [] : [...FORMATS.map((format) => dumpName(id, format)), globalsName(id)];
    for (const name of [...leftovers, partial]) await rm(join(dir, name), { recursive: true, force: true });
    if (leaves) left.push(leaves);
  }
  return left;
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
  const partials = names.size === 0 ? [] : await abandoned(dir);
  const withoutMeta = [...names].filter((name) => {
    const id = name.split('.')[0] ?? '';
    const isDump = isBackupId(id) && FORMATS.some((format) => name === dumpName(id, format));
    return isDump && !names.has(`${name}.meta`) && !names.has(id + SUFFIX);
  });
  return { partials, withoutMeta };
}

async function abandoned(dir: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const isPartial = entry.name.endsWith(SUFFIX) && isBackupId(entry.name.slice(0, -SUFFIX.length));
    // Only folders that this file makes; a link of that name is somebody else's.
    if (entry.isDirectory() && isPartial && (await isAbandoned(join(dir, entry.name)))) found.push(entry.name);
  }
  return found;
}

async function isAbandoned(folder: string): Promise<boolean> {
  const signOfLife = await stat(join(folder, OWNER)).catch(() => stat(folder));
  if (Date.now() - signOfLife.mtimeMs > ABANDONED_MS) return true;
  const owner = await readOwner(folder);
  return owner !== null && isAlive(owner) === false;
}

async function readOwner(folder: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(join(folder, OWNER), 'utf8')) as Owner;
  } catch {
    return null;
  }
}
