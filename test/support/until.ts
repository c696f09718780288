import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `check` gives something truthy, and returns it. Fails after `seconds`, naming what it waited for. */
export async function until<T>(what: string, check: () => T | Promise<T>, seconds = 30): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + seconds * 1000; ;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(25);
  }
}
