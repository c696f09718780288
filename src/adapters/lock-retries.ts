/** Short attempts at what may wait for a lock, one after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from './postgres';
import { isConnectionLoss, RETRIED } from './statement-failure';

const PAUSE_MS = 500;

/**
 * Attempts it again as long as nothing but locks is in the way.
 * @param deadline no attempt follows one that fails later, in milliseconds since the epoch.
 * @returns null once it is done, or the error of the last attempt.
 * @throws what is not the statement's: the connection's error; AbortError.
 */
export async function retryingLocks(
  attempt: () => Promise<void>,
  deadline: number,
  signal?: AbortSignal,
): Promise<DatabaseError | null> {
  for (;;) {
    const error = await failureOf(attempt());
    if (error === null || !RETRIED.has(error.code ?? '') || Date.now() > deadline) return error;
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** Null where there was none. @throws what is not the statement's. */
async function failureOf(run: Promise<void>): Promise<DatabaseError | null> {
  try {
    await run;
    return null;
  } catch (error) {
    if (error instanceof DatabaseError && !isConnectionLoss(error)) return error;
    throw error;
  }
}
