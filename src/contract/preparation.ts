/** What is known before anything is written: the target, the checks, the backup, the rehearsal. */
import type { Plan } from './plan';
import type { RehearsalFigures, RehearsalSample } from './rehearsal';

/** What the target looked like when it was inspected. */
export interface TargetFacts {
  database: string;
  serverVersion: string;
  systemIdentifier: string;
  /** The database on its running server: equal for all ways that lead to it, other for a copy of it. */
  instance: string;
  /** Of the live schema, by `pg_dump --schema-only`; 64 hex digits, of which the first 32 do not see the order of columns. */
  schemaFingerprint: string;
  appliedMigrations: number;
  pending: string[];
  sizeBytes: number;
}

export interface CheckResult {
  id: string;
  title: string;
  status: 'pass' | 'warn' | 'fail';
  /** What was seen, in one sentence. */
  evidence: string;
}

export interface BackupSummary {
  id: string;
  file: string;
  /** `external`: another tool has it, and only that tool can restore it. */
  format: 'custom' | 'directory' | 'plain' | 'external';
  bytes: number;
  sha256: string;
  takenAt: string;
}

export interface ReversalSummary {
  step: number;
  /** Where the reverse SQL came from; `none` = no source was proven. */
  source: 'down.sql' | 'inverses' | 'engine-diff' | 'none';
  /** True once it brought the schema back in a scratch database. */
  proven: boolean;
  /** Why there is none, or why an earlier source was passed over; null where nothing is to be said. */
  reason: string | null;
  digest: string;
}

export interface RehearsalSummary {
  mode: Plan['rehearsal'];
  /** Environment variable that names the server it ran on; null on the target's own. */
  server: string | null;
  /** Milliseconds that restoring the backup took; null without a restore. */
  restoreMs: number | null;
  steps: { step: number; durationMs: number }[];
  reversals: ReversalSummary[];
  /** Reversing everything brought the rehearsal's schema back to its start. */
  reversible: boolean;
  /** Null where nothing was rehearsed. Without rows, times and WAL say nothing, and locks say all. */
  figures: RehearsalFigures | null;
  /** Null where all rows were there, or none. */
  sample: RehearsalSample | null;
  /** What did not run, because it reaches beyond the database or needs what does, in words; null where all of it ran. */
  leftOut: string | null;
}
