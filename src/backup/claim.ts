/** An id is one host's: who makes a backup claims it in the store first, for another host's folder of backups is not seen from this one. */
import { randomBytes } from 'node:crypto';
import type { BackupStore } from '../adapters/backup-store/store';
import { claimName, dumpName, FORMATS, globalsName, metaName, verifiedName } from './meta';

/** Says whose a claim is, and to nobody else. */
export function newToken(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Looks for the backup after the claim: who gives that up has finished, or left nothing.
 * @returns whether the id is the caller's. @throws ApplicationFailure Backup
 */
export async function claimId(store: BackupStore, id: string, token: string): Promise<boolean> {
  return (await store.claim(claimName(id), token)) && !(await hasMeta(store, id));
}

async function hasMeta(store: BackupStore, id: string): Promise<boolean> {
  for (const format of FORMATS) if ((await store.readText(metaName(id, format))) !== null) return true;
  return false;
}

/**
 * Removes what is no finished backup, and the claim. Of an id that another host has claimed nothing is this one's.
 * @returns whether all of it is gone: a store may let nothing go, and `doctor` tells of the folder that stays.
 */
export async function tidyStore(store: BackupStore, id: string, token: string): Promise<boolean> {
  try {
    if (!(await store.claim(claimName(id), token))) return true;
    const release = (): Promise<void> => store.remove([claimName(id)]);
    if (await hasMeta(store, id)) {
      // One that stays is in nobody's way: the id is taken in any case.
      await release().catch(() => undefined);
    } else {
      await store.remove(await unfinished(store, id));
      await release();
    }
    return true;
  } catch {
    return false;
  }
}

async function unfinished(store: BackupStore, id: string): Promise<string[]> {
  const files = await store.list('', dumpName(id, 'directory'));
  // Its folder may be there before its first file.
  const dumps = FORMATS.map((format) => dumpName(id, format));
  return [...files, ...dumps, globalsName(id), verifiedName(id)];
}
