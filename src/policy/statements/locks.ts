/** PostgreSQL's table-level lock modes, weakest first, as `pg_locks.mode` names them. */
import type { LockPrediction } from '../plan';
import { keyOf } from './ast';

export const LOCK_MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

export function strength(mode: string): number {
  return (LOCK_MODES as readonly string[]).indexOf(mode);
}

export function strongest(modes: LockMode[]): LockMode | null {
  return modes.reduce<LockMode | null>(
    (best, mode) => (best === null || strength(mode) > strength(best) ? mode : best),
    null,
  );
}

/** Which modes conflict (PostgreSQL manual, table 13.2); each pair stands once, under its stronger mode. */
const CONFLICTS: Record<LockMode, readonly LockMode[]> = {
  AccessShareLock: [],
  RowShareLock: [],
  RowExclusiveLock: [],
  ShareUpdateExclusiveLock: ['ShareUpdateExclusiveLock'],
  ShareLock: ['RowExclusiveLock', 'ShareUpdateExclusiveLock'],
  ShareRowExclusiveLock: ['RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock'],
  ExclusiveLock: LOCK_MODES.slice(1, 7),
  AccessExclusiveLock: LOCK_MODES,
};

/** The modes that a request for `mode` waits for while somebody else holds them. */
export function conflictingWith(mode: LockMode): LockMode[] {
  return LOCK_MODES.filter((held) => CONFLICTS[mode].includes(held) || CONFLICTS[held].includes(mode));
}

/** `ShareRowExclusiveLock` -> `SHARE ROW EXCLUSIVE`, as the manual and LOCK TABLE write it. */
export function manualName(mode: string): string {
  return mode
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

/** Who waits for the lock while it is held, in the words of a message. */
export function blocks(mode: string): 'reads and writes' | 'writes' | 'other schema changes' {
  if (mode === 'AccessExclusiveLock') return 'reads and writes';
  return strength(mode) >= strength('ShareLock') ? 'writes' : 'other schema changes';
}

/** The strongest mode of each relation, in the order in which they were first named. */
export class LockSet {
  private readonly byKey = new Map<string, LockPrediction & { mode: LockMode }>();

  add(relation: string, mode: LockMode): void {
    if (relation === '') return;
    const known = this.byKey.get(keyOf(relation));
    if (!known) this.byKey.set(keyOf(relation), { relation, mode });
    else if (strength(mode) > strength(known.mode)) known.mode = mode;
  }

  has(relation: string): boolean {
    return this.byKey.has(keyOf(relation));
  }

  list(): (LockPrediction & { mode: LockMode })[] {
    return [...this.byKey.values()].map(({ relation, mode }) => ({ relation, mode }));
  }
}
