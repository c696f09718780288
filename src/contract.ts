/**
 * The words both sides of a deployment share: what a client sends, what the workflow answers, and the names they
 * meet under. Everything here travels through Temporal's history, so nothing here may carry a secret or a row of data.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

/** Task queue that workers poll and clients start deployments on, unless `temporal.taskQueue` says otherwise. */
export const TASK_QUEUE = 'lockkeeper';

/** One live deployment a database: the workflow id is the lock, and the UI lists its whole history under it. */
export function workflowIdFor(environment: string, target: string): string {
  return `migrate/${environment}/${target}`;
}

/** Phases of a deployment, in their order. `compensate` runs only after a failure. */
export const PHASES = [
  'inspect',
  'plan',
  'checklist',
  'backup',
  'rehearse',
  'approve',
  'window',
  'recheck',
  'migrate',
  'verify',
  'monitor',
  'compensate',
  'report',
] as const;
export type Phase = (typeof PHASES)[number];

/** Input of workflow `deploy`. Everything that decides (approvals, budgets, thresholds) is the worker's configuration. */
export interface DeployInput {
  /** Client-made id, `YYYYMMDD-HHMMSS-xxxx` (UTC): names markers, backup entries and reports. */
  deploymentId: string;
  environment: string;
  target: string;
  requester: Person;
}

/** Input of workflow `rollback`: undo, by hand, what an earlier deployment did. */
export interface RollbackInput extends DeployInput {
  /** The deployment whose committed steps are reversed. */
  undo: string;
  strategy: RollbackStrategy;
}

/** A person as the audit trail names them. `id` is namespaced by its source: `slack:U024BE7LH`, `cli:alice`. */
export interface Person {
  id: string;
  name: string;
}

// ---------------------------------------------------------------------------------------------------------------------
// Facts and plan
// ---------------------------------------------------------------------------------------------------------------------

export type Severity = 'info' | 'warning' | 'danger';
export type Risk = 'none' | 'low' | 'medium' | 'high';

/** `policy.block`: the least severity of a hazard that stops a deployment. */
export const BLOCK_LEVELS = ['danger', 'warning', 'never'] as const;
export type BlockLevel = (typeof BLOCK_LEVELS)[number];

/** One danger of one statement, as the plan tells it. */
export interface HazardFinding {
  id: string;
  severity: Severity;
  /** 1-based line in the migration's file. */
  line: number;
  message: string;
  /** The safe way to write it, or null where only a different design is safe. */
  saferSql: string | null;
  /** `online` where the executor already runs the statement in a form that takes the danger away. */
  handledBy: 'online' | null;
}

/** One pending migration, as the workflow carries it (the statements themselves stay in the file). */
export interface PlannedMigration {
  name: string;
  /** sha256 of the file's bytes, hex: the checksum Prisma's history keeps. */
  checksum: string;
  statements: number;
  segments: number;
  hazards: HazardFinding[];
  form: ExecutionForm;
}

/**
 * How a file is executed. Decided once, in the plan, and part of its digest: with the file's bytes it says every statement
 * that runs, whatever the database has become by then.
 */
export interface ExecutionForm {
  /** `online`: what blocks others runs in a form that does not, where the end state is the same. */
  execution: 'online' | 'as-written';
  /**
   * Relations with rows that were there before the deployment and that the file locks against writers; quoted and
   * qualified, as `to_regclass()` takes them: `"public"."User"`.
   */
  busy: string[];
  /** The statements that take those locks, in the file's order. */
  blocking: BlockingStatement[];
  /** First and last of statements that commit together all the same: what one of them drops, another makes again. */
  together: [number, number][];
}

export interface BlockingStatement {
  /** 0-based place in the file. */
  statement: number;
  /** As the file writes it; `mode` is PostgreSQL's name, `ShareLock` or stronger. */
  locks: { relation: string; mode: string }[];
  /** True where its online form runs instead. */
  online: boolean;
}

/** A unit of execution and of undo: one activity, one reversal. Quiet migrations share one. */
export interface PlanStep {
  index: number;
  migrations: string[];
}

export interface ApprovalPolicy {
  /** Distinct people who must approve; 0 asks nobody. */
  required: number;
  /** Milliseconds until an unanswered request expires. */
  expiryMs: number;
}

export interface MonitorPolicy {
  durationMs: number;
  intervalMs: number;
  thresholds: Threshold[];
}

/** One line of `monitor.thresholds`: `critical: cpu_usage > 90%` is `{level: 'critical', metric: 'cpu_usage', op: '>', value: 90, unit: '%'}`. */
export interface Threshold {
  level: 'critical' | 'warning';
  metric: string;
  op: '>' | '<';
  value: number;
  unit: '%' | 'ms' | '';
}

/** Daily maintenance window in UTC; `from` later than `to` crosses midnight. */
export interface MaintenanceWindow {
  /** 0 = Sunday ... 6 = Saturday; empty = every day. The day is that of the opening. */
  days: number[];
  /** Minutes after midnight, UTC. */
  from: number;
  to: number;
}

/** The decision data of a deployment, computed by an activity and carried by the workflow. */
export interface Plan {
  /** sha256 over files, order, execution form and policy: what an approval is bound to. */
  digest: string;
  risk: Risk;
  migrations: PlannedMigration[];
  steps: PlanStep[];
  totals: SchemaTotals;
  approval: ApprovalPolicy;
  window: MaintenanceWindow | null;
  monitor: MonitorPolicy;
  backup: boolean;
  rehearsal: 'full' | 'schema-only' | 'off';
  /** Slack is configured: the deployment is announced and can be approved there. */
  slack: boolean;
  contacts: Record<string, string>;
}

/** What the pending migrations create. */
export interface SchemaTotals {
  tables: number;
  columns: number;
  indexes: number;
  enums: number;
  foreignKeys: number;
}

/** What the target looked like when it was inspected. */
export interface TargetFacts {
  database: string;
  serverVersion: string;
  systemIdentifier: string;
  /** Fingerprint of the live schema (sha256 of the normalised `pg_dump --schema-only`). */
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
  /** True once it brought the schema back exactly in a scratch database. */
  proven: boolean;
  /** Why there is none, or why an earlier source was passed over; null where nothing is to be said. */
  reason: string | null;
  digest: string;
}

export interface RehearsalSummary {
  mode: Plan['rehearsal'];
  /** Milliseconds that restoring the backup took; null without a restore. */
  restoreMs: number | null;
  steps: { step: number; durationMs: number }[];
  reversals: ReversalSummary[];
  /** Reversing everything brought the rehearsal's schema back to its start. */
  reversible: boolean;
}

// ---------------------------------------------------------------------------------------------------------------------
// People
// ---------------------------------------------------------------------------------------------------------------------

/** What a person decides on: the digest of everything they were shown. */
export interface ApprovalRequest {
  kind: 'deploy' | 'rollback';
  /** The digests of plan, schema and backup (for a rollback: of what it would undo and lose), 128 bits of each, joined. */
  bindingDigest: string;
  required: number;
  /** ISO 8601. */
  requestedAt: string;
  expiresAt: string;
  /** Shown with the request: what a yes would cost. */
  note: string | null;
}

export interface Decision {
  deploymentId: string;
  bindingDigest: string;
  person: Person;
  verdict: 'approve' | 'reject' | 'abort';
  reason: string | null;
  /** ISO 8601. */
  decidedAt: string;
}

/** A decision with the HMAC-SHA256 (hex) of its canonical JSON: any client of a namespace can send an update, few can sign one. */
export interface SignedDecision {
  decision: Decision;
  signature: string;
}

/** What the person who decided hears at once. */
export interface DecisionReceipt {
  state: 'waiting' | 'approved' | 'rejected';
  approvals: number;
  required: number;
}

/** One line of the audit trail, refused decisions included. */
export interface AuditEntry {
  at: string;
  person: Person;
  verdict: Decision['verdict'];
  accepted: boolean;
  reason: string | null;
}

// ---------------------------------------------------------------------------------------------------------------------
// Progress and outcome
// ---------------------------------------------------------------------------------------------------------------------

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
  /** The mode that it holds, as pg_locks names it. */
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

export interface HealthCheck {
  name: string;
  status: 'pass' | 'fail' | 'skipped';
  evidence: string;
}

export interface MetricSample {
  /** ISO 8601. */
  at: string;
  /** Metric name -> value in the threshold's unit; null = no data. */
  values: Record<string, number | null>;
  /** Running totals since the server started, from which the next sample's rates are made. */
  counters: { commits: number; rollbacks: number };
}

export interface MonitorSummary {
  verdict: 'healthy' | 'breached' | 'inconclusive';
  samples: MetricSample[];
  breaches: { at: string; threshold: Threshold; value: number }[];
  /** Metrics with a threshold and no data: inconclusive, never fine. */
  withoutData: string[];
}

/** How a person wants a deployment undone; `auto` lets the facts decide. */
export const ROLLBACK_STRATEGIES = ['auto', 'reverse', 'restore'] as const;
export type RollbackStrategy = (typeof ROLLBACK_STRATEGIES)[number];

/**
 * `reverse`: the steps' reversals, newest first. `restore-side-by-side`: that, and what the deployment itself destroyed is brought
 * from its backup beside the live rows. `restore-swap`: the backup, restored into a new database, takes the old one's name.
 * `forward-fix`: the database is fully new and stays so. `needs-human`: it is in between, and nothing more is written.
 */
export type RollbackAction =
  'nothing-to-undo' | 'reverse' | 'forward-fix' | 'restore-side-by-side' | 'restore-swap' | 'needs-human';

/** Rows of one table or column that an undo takes out of the live database; null where counting took too long. */
export interface RowCost {
  relation: string;
  rows: number | null;
}

/** One way of undoing, also where it was not chosen. */
export interface RollbackOption {
  action: RollbackAction;
  /** Why it cannot be gone, in one sentence; null where it can. */
  refusal: string | null;
  takes: RowCost[];
}

/** How a deployment is undone, decided by facts. */
export interface RollbackPlan {
  action: RollbackAction;
  reason: string;
  takes: RowCost[];
  /** A person must say yes to it first. */
  approval: boolean;
  options: RollbackOption[];
}

/** What is left of a deployment, and how it is undone. */
export interface UndoAssessment {
  /** Steps that left something behind, newest first. */
  steps: number[];
  plan: RollbackPlan;
  /** sha256 over what a person who approves it was shown. */
  digest: string;
}

/** A restored backup that could take the live database's place, and what that would cost. */
export interface SwapReadiness {
  /** Why it cannot, in one sentence; null where it can. */
  refusal: string | null;
  /** Id of the backup. */
  backup: string;
  /** Rows written, changed or deleted since the backup, exactly. */
  takes: RowCost[];
  /** sha256 over what a person who approves it was shown. */
  digest: string;
}

export interface SwapResult {
  /** `changed`: the price is no longer what was approved, and nothing was exchanged. */
  state: 'exchanged' | 'changed';
  /** What the old database is called. */
  kept: string;
  takes: RowCost[];
}

/** One step's undo. */
export interface ReversalResult {
  step: number;
  state: 'reversed' | 'nothing-to-undo' | 'failed';
  detail: string;
}

export interface CompensationSummary {
  state: 'clean' | 'needs-human';
  reversals: ReversalResult[];
  schemaRestored: boolean | null;
  detail: string;
}

export type OutcomeStatus =
  'deployed' | 'up-to-date' | 'blocked' | 'rejected' | 'expired' | 'aborted' | 'failed' | 'rolled-back' | 'needs-human';

export interface FailureSummary {
  phase: Phase;
  /** `ApplicationFailure.type`, see errors.ts. */
  type: string;
  message: string;
}

/** How a deployment ended: fully new, fully old, or `needs-human` with no further writes. */
export interface Outcome {
  deploymentId: string;
  environment: string;
  target: string;
  status: OutcomeStatus;
  /** One sentence a person can act on. */
  summary: string;
  failure: FailureSummary | null;
}

/** Everything a deployment knows of itself: the answer to query `status`, and the source of the report. */
export interface DeploymentStatus {
  input: DeployInput;
  runId: string;
  phase: Phase;
  phases: PhaseProgress[];
  facts: TargetFacts | null;
  plan: Plan | null;
  checklist: CheckResult[];
  backup: BackupSummary | null;
  rehearsal: RehearsalSummary | null;
  approval: ApprovalRequest | null;
  audit: AuditEntry[];
  steps: StepProgress[];
  health: HealthCheck[];
  /** Sample taken right before migrating. */
  baseline: MetricSample | null;
  monitor: MonitorSummary | null;
  compensation: CompensationSummary | null;
  /** What the running activity said last in its heartbeat; the workflow itself does not hear it, the client asks Temporal. */
  progress: ActivityProgress | null;
  /** Where the report was written, on the worker's host. */
  reports: string[];
  outcome: Outcome | null;
}

export const statusQuery = defineQuery<DeploymentStatus>('status');
export const decideUpdate = defineUpdate<DecisionReceipt, [SignedDecision]>('decide');
/** The same signed decision for senders that can only signal; what it is refused for lands in the audit trail. */
export const approvalSignal = defineSignal<[SignedDecision]>('approval');
export const abortSignal = defineSignal<[SignedDecision]>('abort');

/** Search attributes (all Keyword) that filter deployments in the Temporal UI; the dev server registers them at start. */
export const SEARCH_ATTRIBUTES = {
  environment: 'LockkeeperEnvironment',
  target: 'LockkeeperTarget',
  phase: 'LockkeeperPhase',
  outcome: 'LockkeeperOutcome',
} as const;

/** Workflow memo: how a client finds a run by deployment id. */
export interface DeploymentMemo {
  deploymentId: string;
  requester: string;
}
