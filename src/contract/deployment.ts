/** A deployment from its input to its outcome. */
import type { HealthCheck, MetricSample, MonitorSummary } from './health';
import type { Phase } from './names';
import type { ApprovalRequest, AuditEntry, Person } from './people';
import type { Plan } from './plan';
import type { BackupSummary, CheckResult, RehearsalSummary, TargetFacts } from './preparation';
import type { ActivityProgress, PhaseProgress, StepProgress } from './progress';
import type { CompensationSummary, RollbackStrategy } from './undo';

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
  /** Of the project's configuration: name -> how to reach. */
  contacts: Record<string, string>;
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
