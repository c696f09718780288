/** A statement's online form is several segments; where one of them fails, those before it are taken back, as if it had been one. */
import type { TakeBack } from '../policy/segments';
import { underFence } from './ledger/fence';
import type { LockPatience } from './lock-queue';
import { retryingLocks } from './lock-retries';
import type { Client } from './postgres';
import type { Entry } from './segment';

/**
 * Leaves nothing of the statement, markers included. Where a lock is not to be had within the budget, or something else is in
 * the way, what is left stays marked, and undoing the step takes care of it. Idempotent.
 * @throws ApplicationFailure Fenced; AbortError; the connection's error.
 */
export async function takeBack(
  client: Client,
  entry: Entry & { signal: AbortSignal },
  { sql, segments }: TakeBack,
  { timeoutMs, budgetMs }: LockPatience,
): Promise<void> {
  const deadline = Date.now() + budgetMs;
  const forget = `DELETE FROM lockkeeper.marker WHERE script = ${client.escapeLiteral(entry.script)} AND segment = ANY('{${segments.join()}}')`;
  for (const statement of [...sql, forget]) {
    // What waits for older transactions keeps nobody waiting meanwhile: it has all the time at once.
    const concurrent = statement.startsWith('DROP INDEX CONCURRENTLY');
    const attempt = (): Promise<void> =>
      concurrent
        ? runAlone(client, entry, statement, deadline - Date.now())
        : runInTransaction(client, entry, statement, timeoutMs);
    if ((await retryingLocks(attempt, deadline, entry.signal)) !== null) return;
  }
}

async function runInTransaction(client: Client, entry: Entry, statement: string, lockMs: number): Promise<void> {
  await underFence(client, entry, () => client.query(`SET LOCAL lock_timeout = ${Math.ceil(lockMs)}; ${statement}`));
}

async function runAlone(client: Client, entry: Entry, statement: string, lockMs: number): Promise<void> {
  await underFence(client, entry, () => client.query(`SET lock_timeout = ${Math.max(1, Math.ceil(lockMs))}`));
  try {
    await client.query(statement);
  } finally {
    await client.query('RESET lock_timeout').catch(() => undefined);
  }
}
