/**
 * Failure types of a deployment. Workflow code branches on `ApplicationFailure.type`, never on a message; the CLI maps
 * `UsageError` to exit code 2. Messages are one clear sentence and never carry a URL, a password or a row of data.
 */
// Of all that the package holds: the whole would be loaded for every plan, which needs nothing of Temporal.
import { ApplicationFailure } from '@temporalio/common/lib/failure';

export { ApplicationFailure };

export const FailureType = {
  /** Configuration or environment on the worker is wrong; a person must mend it. */
  Configuration: 'Configuration',
  /** The target cannot be reached, refuses the login, or is not what it should be. */
  TargetUnavailable: 'TargetUnavailable',
  /** Migration files are missing, unreadable, edited after they were applied, or do not parse. */
  MigrationFiles: 'MigrationFiles',
  /** `_prisma_migrations` holds a failed row, or a history that the files do not explain. */
  History: 'History',
  /** pg_dump / pg_restore failed, or the backup does not match its digest. */
  Backup: 'Backup',
  /** The rehearsal on a scratch database failed: production was not touched. */
  Rehearsal: 'Rehearsal',
  /** Files, schema or backup changed after they were shown for approval. */
  Changed: 'Changed',
  /** The maintenance window closed before the first step. */
  WindowClosed: 'WindowClosed',
  /** A statement failed; its segment left nothing. */
  Statement: 'Statement',
  /** A lock was not granted within its budget. */
  LockTimeout: 'LockTimeout',
  /** A replica or a replication slot stayed over its limit. */
  ReplicationLag: 'ReplicationLag',
  /** Somebody else holds Prisma's migration lock. */
  MigrationLockHeld: 'MigrationLockHeld',
  /** Another deployment of the same database is open. */
  AlreadyRunning: 'AlreadyRunning',
  /** A newer attempt owns the deployment; this one may not write. */
  Fenced: 'Fenced',
  /** A post-deployment health check failed. */
  HealthCheck: 'HealthCheck',
  /** A critical threshold was breached while monitoring. */
  ThresholdBreached: 'ThresholdBreached',
  /** A decision that is refused: wrong person, wrong digest, too late, bad signature. */
  DecisionRefused: 'DecisionRefused',
  /** Rows that were kept cannot be put back as they are. */
  Salvage: 'Salvage',
  /** A person aborted the deployment. */
  Aborted: 'Aborted',
  /** Nothing that can be proven says how to go on; no further writes. */
  NeedsHuman: 'NeedsHuman',
} as const;
export type FailureType = (typeof FailureType)[keyof typeof FailureType];

/** Characters of a message, at most: the server's may be megabytes, and history, reports and people get it. */
const MAX_MESSAGE = 2_000;

/** The message, cut where it is longer. */
export function bounded(message: string, max = MAX_MESSAGE): string {
  return message.length > max ? `${message.slice(0, max)}…` : message;
}

/** A failure that another attempt cannot mend. */
export function permanent(type: FailureType, message: string, details?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message: bounded(message),
    nonRetryable: true,
    details: details === undefined ? [] : [details],
  });
}

/** A failure that may pass: Temporal retries it within the activity's policy. */
export function transient(type: FailureType, message: string, details?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message: bounded(message),
    nonRetryable: false,
    details: details === undefined ? [] : [details],
  });
}

/** Thrown by configuration and CLI code for bad input; the CLI prints `message` and exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
