/** Who may decide what, as far as the deployment itself can tell (signature and membership are checked by an activity). Pure. */
import type { ApprovalRequest, AuditEntry, Decision, DeploymentStatus, Person } from '../contract';

/** @returns why the decision is refused, in words for its sender; null when it counts. */
export function refusal(
  decision: Decision,
  request: ApprovalRequest | null,
  requester: Person,
  audit: AuditEntry[],
): string | null {
  const { person, verdict, bindingDigest } = decision;
  if (!request) return 'The deployment is not waiting for a decision.';
  if (verdict !== 'approve' && verdict !== 'reject') return 'An abort is not a decision on this request.';
  if (bindingDigest !== request.bindingDigest)
    return 'What you saw is no longer what would be deployed; look at the new plan and decide again.';
  if (person.id === requester.id && verdict === 'approve')
    return `${person.name} asked for this deployment and cannot approve it.`;
  const earlier = since(request, audit).find((entry) => entry.person.id === person.id);
  if (earlier) return `${person.name} has already decided: ${earlier.verdict}.`;
  return null;
}

/** @returns why an abort is refused: what was signed for something else, or comes when there is nothing left to stop. */
export function abortRefusal(
  { verdict }: Decision,
  { phase, outcome }: Pick<DeploymentStatus, 'phase' | 'outcome'>,
): string | null {
  if (verdict !== 'abort') return 'The decision is not an abort.';
  if (outcome) return 'The deployment has ended.';
  return phase === 'compensate' ? 'The deployment is being undone already.' : null;
}

/** What an approval is bound to: the plan, the schema it was made for, and the backup that would undo it. */
export function bindingOf(planDigest: string, schemaFingerprint: string, backupSha256: string | null): string {
  return [planDigest, schemaFingerprint, backupSha256 ?? 'no-backup'].map((digest) => digest.slice(0, 32)).join('.');
}

export type Standing = 'waiting' | 'approved' | 'rejected';

/** One rejection decides; approvals of distinct people add up. */
export function standing(request: ApprovalRequest, audit: AuditEntry[]): { state: Standing; approvals: number } {
  const decisions = since(request, audit);
  const approvals = new Set(decisions.filter(({ verdict }) => verdict === 'approve').map(({ person }) => person.id))
    .size;
  if (decisions.some(({ verdict }) => verdict === 'reject')) return { state: 'rejected', approvals };
  return { state: approvals >= request.required ? 'approved' : 'waiting', approvals };
}

/** Accepted decisions on this request; those on an earlier one (before a new plan) do not count. */
function since(request: ApprovalRequest, audit: AuditEntry[]): AuditEntry[] {
  return audit.filter(({ at, accepted, verdict }) => accepted && verdict !== 'abort' && at >= request.requestedAt);
}
