/** Backups in a folder of this host. */
import { lstat, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { FailureType, permanent } from '../../errors';
import { digestFile, type FileDigest } from './digest-file';
import type { BackupStore } from './store';

export class LocalStore implements BackupStore {
  constructor(private readonly folder: string) {}

  locate(name: string): string {
    return join(this.folder, name);
  }

  async list(suffix: string, folder = ''): Promise<string[]> {
    try {
      const entries = await readdir(this.locate(folder), { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith(suffix)).map(({ name }) => name);
      return names.map((name) => join(folder, name));
    } catch (error) {
      if (isAbsent(error)) return [];
      throw unusable(this.locate(folder), error);
    }
  }

  async readText(name: string): Promise<string | null> {
    try {
      // Not through a link: it may lead out of the folder.
      return await readFile(this.locate(name), { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW });
    } catch (error) {
      if (isAbsent(error)) return null;
      throw unusable(this.locate(name), error);
    }
  }

  /** Backups are made in this very folder, each in one of its own that is made only once: whoever has that has the name. */
  claim(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async put(file: string, name: string): Promise<void> {
    const place = this.locate(name);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await rename(file, place);
    await syncFolder(dirname(place));
  }

  async fetch(name: string): Promise<string> {
    const place = this.locate(name);
    for (const path of dirname(place) === this.folder ? [place] : [dirname(place), place]) {
      const seen = await lstat(path).catch((error: unknown) => {
        throw unusable(path, error);
      });
      if (seen.isSymbolicLink())
        throw permanent(FailureType.Backup, `${path} is a symbolic link; a backup is never read through one.`);
    }
    return place;
  }

  async check(name: string, expected: FileDigest, signal: AbortSignal): Promise<boolean> {
    try {
      const { bytes, sha256 } = await digestFile(await this.fetch(name), signal);
      return bytes === expected.bytes && sha256 === expected.sha256;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  async remove(names: string[]): Promise<void> {
    for (const name of names) await rm(this.locate(name), { recursive: true, force: true });
    for (const folder of new Set(names.map((name) => dirname(this.locate(name)))))
      if (folder !== this.folder) await rmdir(folder).catch(() => undefined);
  }
}

/** A rename is durable when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function unusable(path: string, error: unknown): Error {
  const { code = 'error' } = error as NodeJS.ErrnoException;
  const why: Record<string, string> = { ENOENT: 'is not on this host', ELOOP: 'is a symbolic link' };
  return permanent(FailureType.Backup, `${path} ${why[code] ?? `cannot be read (${code})`}.`);
}
