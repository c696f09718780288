/** How far a deployment is: its phases, its steps, and the statement that runs. */
import type { Phase } from './names';

export interface PhaseProgress {
  phase: Phase;
  state: 'pending' | 'running' | 'done' | 'failed' | 'skipped';
  startedAt: string | null;
  endedAt: string | null;
  detail: string | null;
}

export interface StepProgress {
  index: number;
  migrations: string[];
  state: 'pending' | 'running' | 'applied' | 'failed' | 'reversed';
  durationMs: number | null;
  /** Segments that had to wait for a lock. */
  waits: LockWait[];
}

/** A session that holds what a migration needs. What the role may not see of it is null. */
export interface Blocker {
  /** 0 for a prepared transaction, which has none. */
  pid: number;
  application: string;
  user: string;
  /** pg_stat_activity.state: `active`, `idle in transaction`, ... */
  state: string;
  /** Quoted and qualified. */
  relation: string;
  /** The mode that it holds, as pg_locks names it; `snapshot` where it has nothing of the relation, and is waited for because it may still see it. */
  mode: string;
  /** Age of its transaction in milliseconds. */
  transactionMs: number | null;
  /** Its query without literals. */
  query: string | null;
}

/** How a segment came to its locks. */
export interface LockWait {
  migration: string;
  line: number;
  /** Times that it stood in the queue. */
  attempts: number;
  waitedMs: number;
  /** Who was in the way last, oldest transaction first, at most five. */
  blockers: Blocker[];
}

/** Where a script is; the heartbeat of the activities that run one. Counts are 1-based. */
export interface ScriptProgress {
  title: string;
  segment: number;
  segments: number;
  statement: number;
  statements: number;
  /** Of the statement, in its file. */
  line: number;
  /** ISO 8601: when the segment began, its waiting included. */
  since: string;
  /** Times that the segment stood in a lock's queue. */
  attempts: number;
  /** Whom it waits for now. */
  blockers: Blocker[];
  /** What the server tells of a statement that takes long; null for others. */
  work: StatementWork | null;
}

/** A long statement seen from beside: pg_stat_progress_create_index for an index, the table's size for a rewrite. */
export interface StatementWork {
  /** The server's name of the phase (`building index: scanning table`), or what is known instead. */
  phase: string;
  /** 0 to 100 of the phase; null where the server does not tell. */
  percent: number | null;
}

/** Where a backup is. */
export interface BackupProgress {
  /** `external`: another tool takes it, and says nothing of how far it is. */
  step: 'dump' | 'external';
  /** Written so far. */
  bytes: number;
  /** Tables whose rows pg_dump has begun to copy, and whose digest is there. */
  tables: { dumped: number; digested: number; total: number };
}

/** Where the restore of a backup is. */
export interface RestoreProgress {
  step: 'fetch' | 'restore' | 'compare';
  /** Tables restored or compared so far. */
  tables: { done: number; total: number };
}

/** What a long activity says in its heartbeats: one of these, or a sentence. */
export type ActivityProgress = ScriptProgress | BackupProgress | RestoreProgress | string;

/** What one `apply` activity did. */
export interface StepResult {
  index: number;
  durationMs: number;
  statements: number;
  /** Segments whose marker was already there: what an earlier attempt had committed. */
  resumedSegments: number;
  waits: LockWait[];
}
