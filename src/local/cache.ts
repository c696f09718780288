import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './paths';
import { isAlive, withLock } from './lock';
import type { LinkContext } from './tool';

const STAGING = '.staging-';

/**
 * Puts a directory into the cache whole or not at all: `fill` writes into a staging directory, which is renamed to
 * `<cache>/<name>` when it returns. Of two processes that want the same, the second waits and uses what the first made.
 * @param root another place than the cache.
 * @returns the directory's path. @throws whatever `fill` throws, leaving nothing behind.
 */
export async function installIntoCache(
  name: string,
  { env, log }: LinkContext,
  fill: (staging: string) => Promise<void>,
  root = cacheDir(env),
): Promise<string> {
  const target = join(root, name);
  await mkdir(root, { recursive: true });
  const onWait = (pid: number) => log(`process ${pid} is already installing ${name}; waiting for it`);
  return withLock(join(root, `.lock-${name}`), () => stageAndRename(root, target, fill), { onWait });
}

async function stageAndRename(root: string, target: string, fill: (staging: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target;
  await removeAbandonedStaging(root);
  const staging = await mkdtemp(join(root, `${STAGING}${process.pid}-`));
  try {
    await fill(staging);
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

/** A killed install leaves its staging directory, up to hundreds of megabytes; its name tells whose it was. */
async function removeAbandonedStaging(root: string): Promise<void> {
  for (const entry of await readdir(root)) {
    if (!entry.startsWith(STAGING)) continue;
    const pid = Number.parseInt(entry.slice(STAGING.length), 10);
    if (!isAlive(pid)) await rm(join(root, entry), { recursive: true, force: true });
  }
}
