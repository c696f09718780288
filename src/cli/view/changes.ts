/** What is new since the last status, one line each: `watch` where nothing can be redrawn (logs, CI). Pure. */
import type { DeploymentRef } from '../../client';
import type { DeploymentStatus, PhaseProgress, StepProgress } from '../../contract';
import { duration, elapsed } from '../../report/format';
import { isWaitingForApproval } from '../exit-codes';
import { decisionText, waitingText } from './frame';
import { progressText, progressTopic } from './progress';
import { plain } from './text';

export function changes(ref: DeploymentRef, before: DeploymentStatus | null, after: DeploymentStatus): string[] {
  return [
    // First: what a decision sets in motion comes after it.
    ...after.audit.slice(before?.audit.length ?? 0).map(decisionText),
    ...after.phases.flatMap((phase) => [
      ...phaseChange(before?.phases.find((old) => old.phase === phase.phase) ?? null, phase),
      // Beside their phase, even where a later one has begun since the last poll.
      ...(phase.phase === 'migrate' ? stepChanges(before?.steps ?? [], after.steps) : []),
    ]),
    ...heard(before ?? undefined, after),
    ...asked(ref, before, after),
  ];
}

/** Somebody in the way, or another phase of long work: not every percent of it. */
function heard(
  { progress: before }: Pick<DeploymentStatus, 'progress'> = { progress: null },
  { progress: after }: DeploymentStatus,
): string[] {
  const topic = after === null ? null : progressTopic(after);
  if (after === null || topic === null || (before !== null && topic === progressTopic(before))) return [];
  return [`  ${plain(progressText(after))}`];
}

function phaseChange(before: PhaseProgress | null, after: PhaseProgress): string[] {
  if (after.state === 'pending' || after.state === 'skipped') return [];
  if (before?.state === after.state && before.detail === after.detail) return [];
  const took = elapsed(after.startedAt, after.endedAt);
  const time = took === null ? '' : ` in ${duration(took)}`;
  const detail = after.detail === null ? '' : `: ${plain(after.detail)}`;
  return [`${after.phase} ${after.state}${time}${detail}`];
}

function stepChanges(before: StepProgress[], after: StepProgress[]): string[] {
  return after.flatMap((step) => stepChange(before.find((old) => old.index === step.index) ?? null, step));
}

function stepChange(before: StepProgress | null, after: StepProgress): string[] {
  if (after.state === 'pending' || before?.state === after.state) return [];
  // It is how long applying took, and says nothing of the way back.
  const time = after.durationMs === null || after.state === 'reversed' ? '' : ` in ${duration(after.durationMs)}`;
  return [`  ${after.migrations.map(plain).join(', ')}: ${after.state}${time}`];
}

/** Said once for each request, not at each of its approvals. */
function asked(ref: DeploymentRef, before: DeploymentStatus | null, after: DeploymentStatus): string[] {
  if (!isWaitingForApproval(after)) return [];
  const known =
    before !== null && isWaitingForApproval(before) && before.approval?.requestedAt === after.approval?.requestedAt;
  return known ? [] : waitingText(ref, after);
}
