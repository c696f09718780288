/** How a deployment ended: the last thing that `watch` says. Pure. */
import type { DeploymentRef } from '../../client';
import type { DeploymentStatus, Outcome, OutcomeStatus } from '../../contract';
import { bytes } from '../../report/format';
import { nextSteps } from '../../report/next-steps';
import type { Colors } from '../cli';
import { plain, wrap } from './text';

const TITLE: Record<OutcomeStatus, string> = {
  deployed: 'Deployed',
  'up-to-date': 'Up to date',
  blocked: 'Blocked by the checklist',
  rejected: 'Rejected',
  expired: 'Approval expired',
  aborted: 'Aborted',
  failed: 'Failed',
  'rolled-back': 'Rolled back',
  'needs-human': 'Needs a person',
};

const MAX_WIDTH = 100;

export function outcomeText(
  ref: DeploymentRef,
  status: DeploymentStatus,
  outcome: Outcome,
  colors: Colors,
  width: number,
): string {
  const lines = [...box(outcome, colors, Math.min(width, MAX_WIDTH)), ''];
  if (outcome.failure)
    lines.push(`Failed in ${outcome.failure.phase} (${outcome.failure.type}): ${plain(outcome.failure.message)}`);
  if (status.backup) lines.push(`Backup: ${status.backup.file} (${bytes(status.backup.bytes)})`);
  for (const { text, command } of nextSteps(status))
    lines.push(plain(text), ...(command === null ? [] : [`  ${colors.bold(command)}`]));
  lines.push(`Report: lockkeeper report ${ref.deploymentId}`, `Temporal UI: ${ref.uiUrl}`);
  return lines.join('\n');
}

function box(outcome: Outcome, colors: Colors, width: number): string[] {
  const paint = painter(outcome.status, colors);
  const title = `${TITLE[outcome.status]}: ${outcome.environment}/${outcome.target}`;
  const text = wrap(plain(outcome.summary), width - 4);
  const inner = Math.max(title.length, ...text.map((line) => line.length));
  const row = (content: string, shown: string): string =>
    `${paint('│')} ${shown}${' '.repeat(inner - content.length)} ${paint('│')}`;
  const edge = '─'.repeat(inner + 2);
  return [
    paint(`╭${edge}╮`),
    row(title, colors.bold(paint(title))),
    ...text.map((line) => row(line, line)),
    paint(`╰${edge}╯`),
  ];
}

function painter(status: OutcomeStatus, colors: Colors): (text: string) => string {
  if (status === 'deployed' || status === 'up-to-date') return colors.green;
  return status === 'failed' || status === 'needs-human' || status === 'blocked' ? colors.red : colors.yellow;
}
