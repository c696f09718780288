import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a lock directory may stand without naming its owner (who was killed between the two writes). */
const UNNAMED_MS = 5_000;

/**
 * Runs `work` while holding `lockDir` (a directory: creating one is atomic everywhere). Waits for a live holder, and
 * takes over from one that died. `onWait` is called once if there is somebody to wait for.
 * @throws Error after `timeoutMs` of waiting.
 */
export async function withLock<T>(
  lockDir: string,
  work: () => Promise<T>,
  { timeoutMs = 900_000, onWait = (_pid: number) => {} } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let told = false;
  await mkdir(dirname(lockDir), { recursive: true });
  while (!(await acquire(lockDir))) {
    const holder = await holderOf(lockDir);
    if (holder === 'dead') {
      await rm(lockDir, { recursive: true, force: true });
      continue;
    }
    if (typeof holder === 'number' && !told) {
      told = true;
      onWait(holder);
    }
    if (Date.now() > deadline) throw new Error(`${lockDir} is held by process ${holder}; remove it if that is not so`);
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    await rm(lockDir, { recursive: true, force: true });
  }
}

async function acquire(lockDir: string): Promise<boolean> {
  try {
    await mkdir(lockDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(lockDir, 'pid'), String(process.pid));
  return true;
}

async function holderOf(lockDir: string): Promise<number | 'unnamed' | 'dead'> {
  const pid = Number(await readFile(join(lockDir, 'pid'), 'utf8').catch(() => ''));
  if (pid) return isAlive(pid) ? pid : 'dead';
  const made = await stat(lockDir).catch(() => null);
  return made && Date.now() - made.mtimeMs > UNNAMED_MS ? 'dead' : 'unnamed';
}

/** Whether a process of that id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
