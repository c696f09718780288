/** The part of the message that asks for a decision, and the part that says who decided. */
import type { ApprovalRequest, AuditEntry, DeploymentStatus, Person } from '../../contract';
import { LIMITS, mrkdwn, plain, section, type MessageBlock } from './blocks';
import { APPROVE_ACTION, encodeDecisionValue, REJECT_ACTION } from './decision-value';
import { escaped, lines, oneLine } from './text';
import { plural } from '../../policy/words';

const MAX_DECISIONS = 10;
const SLACK_PERSON = /^slack:([UW][A-Z0-9]+)$/;

/** Slack shows a mention as the person's own name, which nobody can choose for them; other sources are named as they named themselves. */
export function who(person: Person): string {
  const id = SLACK_PERSON.exec(person.id)?.[1];
  return id ? `<@${id}>` : `${oneLine(person.name, 80)} (${oneLine(person.id, 80)})`;
}

/** How the request stands; null where nobody was asked. */
export function standing(status: DeploymentStatus): 'open' | 'approved' | 'rejected' | 'aborted' | null {
  const { approval } = status;
  if (!approval) return null;
  const stop = accepted(status).find((entry) => entry.verdict !== 'approve' && entry.at >= approval.requestedAt);
  if (stop) return stop.verdict === 'reject' ? 'rejected' : 'aborted';
  return approvers(status, approval).length >= approval.required ? 'approved' : 'open';
}

/** The request that still waits for people; null once it is decided or the deployment has ended. */
export function openRequest(status: DeploymentStatus): ApprovalRequest | null {
  return status.outcome === null && standing(status) === 'open' ? status.approval : null;
}

/** Distinct people who approved this request; a request that followed a change starts at none. */
export function approvers(status: DeploymentStatus, approval: ApprovalRequest): Person[] {
  const entries = accepted(status).filter((entry) => entry.verdict === 'approve' && entry.at >= approval.requestedAt);
  return [...new Map(entries.map(({ person }) => [person.id, person])).values()];
}

export function approvalBlocks(status: DeploymentStatus): MessageBlock[] {
  const request = openRequest(status);
  return [...decisions(status), ...(request ? ask(status, request) : [])];
}

function ask(status: DeploymentStatus, request: ApprovalRequest): MessageBlock[] {
  const note = request.note ? [section(`:warning: ${escaped(request.note, LIMITS.section - 20)}`)] : [];
  return [...note, buttons(status, request)];
}

function buttons(status: DeploymentStatus, request: ApprovalRequest): MessageBlock {
  const value = encodeDecisionValue({ deploymentId: status.input.deploymentId, bindingDigest: request.bindingDigest });
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: APPROVE_ACTION,
        style: 'primary',
        text: plain('Approve'),
        value,
        confirm: {
          title: plain(request.kind === 'rollback' ? 'Approve this rollback?' : 'Approve this deployment?'),
          text: mrkdwn(escaped(consequence(status, request), LIMITS.confirm)),
          confirm: plain('Approve'),
          deny: plain('Cancel'),
        },
      },
      { type: 'button', action_id: REJECT_ACTION, style: 'danger', text: plain('Reject…'), value },
    ],
  };
}

function consequence(status: DeploymentStatus, request: ApprovalRequest): string {
  const { environment, target } = status.input;
  const place = `database ${status.facts?.database ?? 'unknown'} (${environment}/${target})`;
  if (request.kind === 'rollback') return `This undoes applied migrations on ${place}. ${request.note ?? ''}`.trim();
  return `This applies ${plural(status.plan?.migrations.length ?? 0, 'migration')} to ${place}.`;
}

const VERDICTS: Record<AuditEntry['verdict'], string> = {
  approve: ':white_check_mark: Approved by',
  reject: ':no_entry: Rejected by',
  abort: ':octagonal_sign: Aborted by',
};

function decisions(status: DeploymentStatus): MessageBlock[] {
  const told = accepted(status).map((entry) => {
    const reason = entry.reason ? `: ${oneLine(entry.reason, 200)}` : '';
    return `${VERDICTS[entry.verdict]} ${who(entry.person)}${reason}`;
  });
  // The newest say how it ended, so the oldest are the ones left out.
  return told.length === 0 ? [] : [section(lines(told.reverse(), MAX_DECISIONS))];
}

function accepted(status: DeploymentStatus): AuditEntry[] {
  return status.audit.filter((entry) => entry.accepted);
}
