/** A disk of a few megabytes, so that it can be full. Mounting one needs root. */
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @param owner user that may write there. */
export async function withTinyDisk(folder: string, owner: string, use: () => Promise<void>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', folder]);
  try {
    await run('chown', [owner, folder]);
    await use();
  } finally {
    await run('umount', ['--lazy', folder]);
    await rm(folder, { recursive: true });
  }
}

/** Takes what is left of the disk. */
export async function fill(folder: string): Promise<void> {
  await run('dd', ['if=/dev/zero', `of=${folder}/filler`, 'bs=4k', 'status=none']).catch(() => undefined);
}
