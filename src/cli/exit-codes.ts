import type { DeploymentStatus, OutcomeStatus } from '../contract';
import { FailureType } from '../errors';
import { standing } from '../policy/approval';

/** What the shell hears. `--help` prints this table. */
export const ExitCode = {
  Ok: 0,
  Failed: 1,
  Usage: 2,
  Rejected: 3,
  RolledBack: 4,
  WaitingForApproval: 5,
  NeedsHuman: 6,
  Blocked: 7,
  Detached: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const EXIT_CODE_HELP = `Exit codes:
  0    deployed, up to date, or the command did what it says
  1    failed or aborted; a backup that is damaged, does not restore or holds something else
  2    wrong usage or configuration, target or Temporal out of reach, or another deployment is open
  3    rejected or expired, or your decision was refused
  4    rolled back
  5    waiting for approval
  6    needs a person: nothing more is written until one has decided
  7    blocked by the checklist or by the policy on hazards
  130  Ctrl-C: a deployment goes on, a backup or restore under way is removed`;

const BY_OUTCOME: Record<OutcomeStatus, ExitCode> = {
  deployed: ExitCode.Ok,
  'up-to-date': ExitCode.Ok,
  blocked: ExitCode.Blocked,
  rejected: ExitCode.Rejected,
  expired: ExitCode.Rejected,
  aborted: ExitCode.Failed,
  failed: ExitCode.Failed,
  'rolled-back': ExitCode.RolledBack,
  'needs-human': ExitCode.NeedsHuman,
};

/** Failures that name something which a person must set right around a deployment, as `plan` would. */
const USAGE_TYPES: string[] = [FailureType.Configuration, FailureType.TargetUnavailable, FailureType.AlreadyRunning];

/** For a rollback, `rolled-back` is what was asked for. @param failure its type, where it is known. */
export function exitCodeOf(outcome: string, kind: 'deploy' | 'rollback', failure: string | null = null): ExitCode {
  if (kind === 'rollback' && outcome === 'rolled-back') return ExitCode.Ok;
  if (outcome === 'failed' && failure !== null && USAGE_TYPES.includes(failure)) return ExitCode.Usage;
  return BY_OUTCOME[outcome as OutcomeStatus] ?? ExitCode.Failed;
}

/** For what may still be running. */
export function exitCodeOfStatus(status: DeploymentStatus, kind: 'deploy' | 'rollback'): ExitCode {
  if (status.outcome) return exitCodeOf(status.outcome.status, kind, status.outcome.failure?.type);
  return isWaitingForApproval(status) ? ExitCode.WaitingForApproval : ExitCode.Ok;
}

export function isWaitingForApproval({ approval, audit, outcome }: DeploymentStatus): boolean {
  return approval !== null && outcome === null && standing(approval, audit).state === 'waiting';
}
