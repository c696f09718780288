/** Whether those who may say yes can: a deployment that nobody can approve waits for nothing. */
import type { CheckResult, Person } from '../contract';
import { plural } from './words';

export interface PeopleFacts {
  approvals: { required: number; approvers: string[] };
  requester: Person;
  contacts: Record<string, string>;
  /** A maintenance window is configured. */
  window: boolean;
  /** Null where nobody is asked, no approver is a member of Slack, or Slack was not asked. */
  slackApprovers: SlackApprovers | null;
}

export interface SlackApprovers {
  /** Why Slack could not be asked, in a sentence; null when it could. */
  unknown: string | null;
  /** Those who cannot click, as `approvals.approvers` names them. */
  absent: AbsentApprover[];
}

export interface AbsentApprover {
  id: string;
  /** Follows the id in a sentence: `is deactivated`. */
  why: string;
}

const IN_REACH: SlackApprovers = { unknown: null, absent: [] };

export function judgePeople(facts: PeopleFacts): Pick<CheckResult, 'status' | 'evidence'> {
  const { required, approvers } = facts.approvals;
  const { unknown, absent } = facts.slackApprovers ?? IN_REACH;
  const cannot = new Set([facts.requester.id, ...absent.map(({ id }) => id)]);
  const eligible = approvers.filter((id) => !cannot.has(id)).length;
  const missing = absent.map(({ id, why }) => `${id} ${why}`).join(', ');
  if (required > 0 && approvers.length > 0 && eligible < required) {
    const asks = approvers.includes(facts.requester.id) ? `${facts.requester.name} asked` : '';
    const why = [asks, missing].filter(Boolean).join(', ');
    return {
      status: 'fail',
      evidence: `${plural(required, 'approval')} required, and ${eligible} of the ${approvers.length} approvers can give one${why && `: ${why}`}; let another ask, or name others in approvals.approvers.`,
    };
  }
  const who =
    approvers.length > 0
      ? `${eligible} named ${eligible === 1 ? 'person' : 'people'}`
      : `anyone but ${facts.requester.name}`;
  const asked = required === 0 ? 'Nobody is asked' : `${plural(required, 'approval')} by ${who}`;
  const contacts = Object.keys(facts.contacts);
  const doubts = [
    missing && `Out of reach: ${missing}.`,
    unknown && `Whether approvers of Slack are in reach could not be told: ${unknown}`,
    contacts.length === 0 && 'No contacts are configured: nobody knows whom to call.',
  ].filter(Boolean);
  const listed = contacts.length > 0 ? `; contacts: ${contacts.join(', ')}` : '';
  const evidence = `${asked}, ${facts.window ? 'in the maintenance window' : 'at any time'}${listed}.`;
  return { status: doubts.length > 0 ? 'warn' : 'pass', evidence: [evidence, ...doubts].join(' ') };
}
