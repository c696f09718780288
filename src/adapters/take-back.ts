/** A statement's online form is several segments; where one of them fails, those before it are taken back, as if it had been one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TakeBack } from '../policy/segments';
import type { LockPatience } from './lock-queue';
import { DatabaseError, type Client } from './postgres';
import type { Entry } from './segment';

const PAUSE_MS = 500;

/**
 * Leaves nothing of the statement, markers included. Where a lock is not to be had within the budget, what is left stays
 * marked, and undoing the step takes care of it. Idempotent.
 */
export async function takeBack(
  client: Client,
  entry: Entry,
  { sql, segments }: TakeBack,
  { timeoutMs, budgetMs }: LockPatience,
): Promise<void> {
  const deadline = Date.now() + budgetMs;
  const forget = `DELETE FROM lockkeeper.marker WHERE script = ${client.escapeLiteral(entry.script)} AND segment = ANY('{${segments.join()}}')`;
  for (const statement of [...sql, forget]) {
    while (!(await attempt(client, entry, statement, timeoutMs))) {
      if (Date.now() > deadline) return;
      await sleep(PAUSE_MS);
    }
  }
}

/** @returns false where it must be tried again. */
async function attempt(client: Client, entry: Entry, statement: string, timeoutMs: number): Promise<boolean> {
  const concurrent = statement.startsWith('DROP INDEX CONCURRENTLY');
  try {
    if (!(await holdsFence(client, entry))) return true;
    if (concurrent) await client.query(statement);
    else await client.query(`BEGIN; SET LOCAL lock_timeout = ${Math.ceil(timeoutMs)}; ${statement}; COMMIT`);
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (!concurrent) await client.query('ROLLBACK');
    return false;
  }
}

async function holdsFence(client: Client, { token }: Entry): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM lockkeeper.fence WHERE token = $1', [String(token)]);
  return rowCount === 1;
}
