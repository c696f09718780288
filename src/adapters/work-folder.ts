/** Folders for what a piece of work needs on the worker's disk meanwhile: readable by nobody else, and known as ours should its process be killed. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, thisProcess, type ProcessOwner } from './process-owner';

const PREFIX = 'lockkeeper-work-';
const OWNER = 'owner.json';

/** The folder and all in it are gone afterwards; what dead processes left of theirs is gone before. */
export async function withWorkFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  await removeOfDead();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  try {
    await writeFile(join(folder, OWNER), JSON.stringify(thisProcess()), { mode: 0o600 });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes the work folders of this user's dead processes on this host. */
async function removeOfDead(): Promise<void> {
  for (const entry of await readdir(tmpdir(), { withFileTypes: true })) {
    const folder = join(tmpdir(), entry.name);
    // A link of that name is somebody else's.
    if (!entry.isDirectory() || !entry.name.startsWith(PREFIX) || !(await isOfDead(folder))) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

async function isOfDead(folder: string): Promise<boolean> {
  try {
    if ((await stat(folder)).uid !== process.getuid?.()) return false;
    return isAlive(JSON.parse(await readFile(join(folder, OWNER), 'utf8')) as ProcessOwner) === false;
  } catch {
    // Gone meanwhile, or its process has not come to say whose it is.
    return false;
  }
}
