/** Files of a backup: their names, sizes and digests. */
import { createHash } from 'node:crypto';
import { chmod, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../adapters/backup-store/digest-file';
import type { BackupFile } from './meta';

/** What a dump consists of: itself, or the files of its folder, in the order of their names. */
export async function describeDump(path: string, name: string, signal?: AbortSignal): Promise<BackupFile[]> {
  const isFolder = (await stat(path)).isDirectory();
  const parts = isFolder
    ? (await readdir(path)).sort().map((part) => [`${name}/${part}`, join(path, part)])
    : [[name, path]];
  const files: BackupFile[] = [];
  for (const [part = '', file = ''] of parts) files.push({ name: part, ...(await digestFile(file, signal)) });
  return files;
}

/** One digest for all: the only file's, or that of `sha256sum`'s lines of several. */
export function digestOfAll(files: BackupFile[], base: string): string {
  const [only] = files;
  if (files.length === 1 && only?.name === base) return only.sha256;
  const lines = files.map(({ name, sha256 }) => `${sha256}  ${name.slice(base.length + 1)}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Readable by nobody else, and on the disk rather than in its cache. */
export async function secure(path: string): Promise<void> {
  const isFolder = (await stat(path)).isDirectory();
  if (isFolder) for (const name of await readdir(path)) await secure(join(path, name));
  await chmod(path, isFolder ? 0o700 : 0o600);
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Bytes of a file, or of all files in a folder; 0 where there is nothing yet. */
export async function sizeOf(path: string): Promise<number> {
  try {
    const seen = await stat(path);
    if (!seen.isDirectory()) return seen.size;
    const sizes = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}
