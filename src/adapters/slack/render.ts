/** A deployment's status -> its one Slack message. Pure: what it shows is all it is given. */
import type { DeploymentStatus, OutcomeStatus, Phase } from '../../contract';
import { approvalBlocks, openRequest, standing } from './approval';
import { LIMITS, mrkdwn, plain, section, type MessageBlock } from './blocks';
import { factBlocks } from './facts';
import { code, escaped, oneLine } from './text';
import { plural } from '../../policy/words';

export interface RenderedMessage {
  /** What notifications and screen readers say. */
  text: string;
  blocks: MessageBlock[];
}

export function renderDeployment(status: DeploymentStatus, uiUrl: string): RenderedMessage {
  const title = headline(status);
  return {
    text: [title, gist(status)].filter(Boolean).join(' · '),
    blocks: [
      { type: 'header', text: plain(oneLine(title, LIMITS.header)) },
      ...ending(status),
      ...factBlocks(status),
      ...approvalBlocks(status),
      footer(status, uiUrl),
    ],
  };
}

type Headline = [icon: string, state: string];

const OUTCOMES: Record<OutcomeStatus, Headline> = {
  deployed: [':white_check_mark:', 'deployed'],
  'up-to-date': [':white_check_mark:', 'nothing to deploy'],
  blocked: [':no_entry:', 'blocked by the checklist'],
  rejected: [':no_entry:', 'rejected'],
  expired: [':alarm_clock:', 'approval expired'],
  aborted: [':octagonal_sign:', 'aborted'],
  failed: [':x:', 'failed'],
  'rolled-back': [':leftwards_arrow_with_hook:', 'rolled back'],
  'needs-human': [':rotating_light:', 'needs a person'],
};

const DOING: Record<Exclude<Phase, 'approve'>, string> = {
  inspect: 'inspecting',
  plan: 'planning',
  checklist: 'running the checklist',
  backup: 'taking a backup',
  rehearse: 'rehearsing',
  window: 'waiting for its maintenance window',
  recheck: 'rechecking',
  migrate: 'migrating',
  verify: 'verifying',
  monitor: 'monitoring',
  compensate: 'undoing',
  report: 'writing the report',
};

/** The moment around the request: before it is made, and between the decision and what follows from it. */
const AT_APPROVAL: Record<NonNullable<ReturnType<typeof standing>>, Headline> = {
  open: [':hourglass_flowing_sand:', 'about to ask for approval'],
  approved: [':white_check_mark:', 'approved'],
  rejected: OUTCOMES.rejected,
  aborted: OUTCOMES.aborted,
};

function headline(status: DeploymentStatus): string {
  const { environment, target } = status.input;
  const [icon, state] = headlineState(status);
  return `${icon} ${environment}/${target}: ${state}`;
}

function headlineState(status: DeploymentStatus): Headline {
  if (status.outcome) return OUTCOMES[status.outcome.status];
  const request = openRequest(status);
  if (request)
    return [':raised_hand:', request.kind === 'rollback' ? 'rollback waits for approval' : 'waiting for approval'];
  if (status.phase === 'approve') return AT_APPROVAL[standing(status) ?? 'open'];
  return [
    status.phase === 'compensate' ? ':leftwards_arrow_with_hook:' : ':hourglass_flowing_sand:',
    DOING[status.phase],
  ];
}

function gist({ plan, outcome }: DeploymentStatus): string {
  if (outcome) return oneLine(outcome.summary, 300);
  return plan ? `${plural(plan.migrations.length, 'migration')}, risk ${plan.risk}` : '';
}

function ending({ outcome }: DeploymentStatus): MessageBlock[] {
  if (!outcome) return [];
  const { summary, failure } = outcome;
  const cause = failure
    ? `\n>*${failure.phase}* failed (${oneLine(failure.type, 60)}): ${oneLine(failure.message, 800)}`
    : '';
  return [section(`${escaped(summary, 1500)}${cause}`)];
}

function footer({ input, plan }: DeploymentStatus, uiUrl: string): MessageBlock {
  const parts = [
    `Deployment ${code(input.deploymentId, 80)}`,
    ...(plan ? [`plan ${code(plan.digest.slice(0, 12), 12)}`] : []),
    `<${linkable(uiUrl)}|History in Temporal>`,
  ];
  return { type: 'context', elements: [mrkdwn(parts.join('  ·  '))] };
}

/** A bar, a space or an angle bracket would end the link early. */
function linkable(url: string): string {
  return url.replace(/[<>|\s]/g, encodeURIComponent).replaceAll('&', '&amp;');
}
