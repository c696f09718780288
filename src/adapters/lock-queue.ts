/**
 * Waiting for locks without standing in anybody's way. A request that waits makes every later, conflicting one wait behind
 * it, so a migration first looks who holds what it needs, and stands in the queue only when that can be over soon.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { normalizeSync, parseSync } from 'libpg-query';
import type { Blocker } from '../contract';
import type { BusyLock } from '../policy/segments';
import { conflictingWith, manualName } from '../policy/statements';
import { AUTOVACUUM } from './ledger/schema';
import type { Client } from './postgres';

/** How a deployment waits for locks. */
export interface LockPatience {
  /** Longest wait of one attempt in the queue, in milliseconds: the longest that others wait because of it. */
  timeoutMs: number;
  /** Milliseconds that all attempts of one segment may take together. */
  budgetMs: number;
  /** Whom to end when they stay in the way; null ends nobody. */
  eviction: Eviction | null;
}

export interface Eviction {
  /** Values of application_name. */
  applications: string[];
  /** Milliseconds that they may be in the way before their statement is cancelled; after as much again, the session is ended. */
  afterMs: number;
}

const LOOK_EVERY_MS = 100;

/**
 * Resolves when nobody has been in the way for longer than an attempt would wait, or at the deadline.
 * @param look who is in the way, however short a time.
 * @returns who was still in the way at the deadline; empty when the way is clear.
 */
export async function untilClear(
  client: Client,
  look: () => Promise<Blocker[]>,
  { timeoutMs, eviction }: LockPatience,
  deadline: number,
  onWait: (blockers: Blocker[]) => void,
  signal: AbortSignal,
): Promise<Blocker[]> {
  const firstSeen = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const old = (await look()).filter(({ transactionMs }) => (transactionMs ?? 0) > timeoutMs);
    if (old.length === 0 || Date.now() >= deadline) return old;
    onWait(old);
    if (old.every(({ application }) => application === AUTOVACUUM)) await displaceAutovacuum(client, old, deadline);
    else if (eviction) await evict(client, old, eviction, Date.now() - firstSeen);
    await sleep(LOOK_EVERY_MS * (0.5 + Math.random()), undefined, { signal });
  }
}

/**
 * Sessions that hold a lock which conflicts with one of `locks`, oldest transaction first; the ledger must be there. Ages
 * and queries of other roles' sessions are null for a role without pg_read_all_stats.
 */
export async function blockersOf(client: Client, locks: BusyLock[]): Promise<Blocker[]> {
  const { rows } = await client.query<BlockerRow>('SELECT * FROM lockkeeper.holders($1)', [wantedBy(locks)]);
  return rows.map(toBlocker).sort(oldestFirst);
}

export function oldestFirst(one: Blocker, other: Blocker): number {
  return (other.transactionMs ?? 0) - (one.transactionMs ?? 0);
}

/** SQL that fails with IN_THE_WAY where `untilClear` would wait. The ledger must be there. */
export function lookingFor(client: Client, locks: BusyLock[], { timeoutMs }: LockPatience): string {
  return `SELECT lockkeeper.look(${client.escapeLiteral(wantedBy(locks))}, ${timeoutMs})`;
}

/**
 * A call, in SQL, that takes locks in their order, all of them within one attempt's wait; with none, too, nothing behind it
 * waits as long as deadlock_timeout. The ledger must be there.
 */
export function lockingFirst(client: Client, locks: BusyLock[], timeoutMs: number): string {
  const wanted = JSON.stringify(locks.map(({ relation, mode }) => ({ relation, mode: manualName(mode) })));
  return `lockkeeper.lock(${client.escapeLiteral(wanted)}, ${timeoutMs})`;
}

function wantedBy(locks: BusyLock[]): string {
  return JSON.stringify(locks.map(({ relation, mode }) => ({ relation, modes: conflictingWith(mode) })));
}

/** A blocker as the catalog has it, with the text of its query. */
export type BlockerRow = Omit<Blocker, 'query'> & { text: string | null };

export function toBlocker({ text, ...blocker }: BlockerRow): Blocker {
  return { ...blocker, query: shapeOf(text) };
}

const LONGEST_SHAPE = 200;

/** The query without its literals, which may be people's data; null where they cannot be told apart (cut off, hidden). */
export function shapeOf(query: string | null): string | null {
  if (!query) return null;
  const bare = query.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  try {
    // What does not parse comes back from the normaliser as an error's text, with the literal in it.
    parseSync(bare);
    const shape = normalizeSync(bare).replace(/\s+/g, ' ').trim();
    return shape.length > LONGEST_SHAPE ? `${shape.slice(0, LONGEST_SHAPE)}…` : shape;
  } catch {
    return null;
  }
}

/** Longer than deadlock_timeout's default of 1 s: only a wait of that length makes autovacuum yield. */
const DISPLACE_MS = 2_500;

/**
 * Autovacuum yields to a request that has waited for a second, which an attempt never does. This one waits long enough,
 * and in a mode that conflicts with autovacuum but with no reader or writer. Against wraparound it does not yield.
 */
async function displaceAutovacuum(client: Client, blockers: Blocker[], deadline: number): Promise<void> {
  const wait = Math.max(1, Math.min(DISPLACE_MS, deadline - Date.now()));
  for (const relation of new Set(blockers.map((blocker) => blocker.relation))) {
    try {
      await client.query(
        `BEGIN; SET LOCAL lock_timeout = ${Math.ceil(wait)}; LOCK TABLE ${relation} IN SHARE UPDATE EXCLUSIVE MODE; COMMIT`,
      );
    } catch {
      // It stays, or the role may not lock the table: the deadline decides.
      await client.query('ROLLBACK');
    }
  }
}

/** Cancels the statements of named applications, and ends their sessions when that did not help. */
async function evict(client: Client, blockers: Blocker[], { applications, afterMs }: Eviction, waitedMs: number) {
  if (waitedMs < afterMs) return;
  const pids = blockers.filter(({ application }) => applications.includes(application)).map(({ pid }) => pid);
  const end = waitedMs < 2 * afterMs ? 'pg_cancel_backend' : 'pg_terminate_backend';
  await client.query(`SELECT ${end}(pid) FROM unnest($1::int[]) AS pid`, [pids]);
}

/** `session 4711 (reporting, user app, in its transaction for 14 s: SELECT count(*) FROM orders)` */
export function blockerInWords({ pid, application, user, transactionMs, query }: Blocker): string {
  const age =
    transactionMs === null ? '' : `, in its transaction for ${Math.max(1, Math.round(transactionMs / 1000))} s`;
  return `session ${pid} (${application}, user ${user}${age}${query === null ? '' : `: ${query}`})`;
}
