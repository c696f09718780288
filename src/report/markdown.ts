/** The evidence bundle for people. Its first sentence says how the deployment ended. */
import type { DeploymentStatus } from '../contract';
import { duration, elapsed, moment } from './format';
import { backup, checklist, facts, hazards, plan, rehearsal } from './markdown-plan';
import { compensation, contacts, decisions, health, monitor, next, phases, steps } from './markdown-course';
import { code, prose } from './markdown-text';

export function toMarkdown(status: DeploymentStatus): string {
  const sections = [
    facts,
    plan,
    hazards,
    checklist,
    backup,
    rehearsal,
    decisions,
    phases,
    steps,
    health,
    monitor,
    compensation,
    contacts,
    next,
  ];
  const parts = [title(status), outcome(status), ...sections.map((write) => write(status))];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function title({ input }: DeploymentStatus): string {
  return `# Deployment ${prose(input.deploymentId)} of ${prose(input.environment)}/${prose(input.target)}`;
}

function outcome(status: DeploymentStatus): string {
  const { outcome: end, input, phase } = status;
  const sentence = end
    ? `**${end.status}**: ${prose(end.summary)}`
    : `**running**: this deployment has not ended; it is in phase ${code(phase)}.`;
  const failure = end?.failure
    ? `It failed in phase ${code(end.failure.phase)} (${code(end.failure.type)}): ${prose(end.failure.message)}`
    : '';
  const asked = `Asked for by ${prose(input.requester.name)} (${code(input.requester.id)})${times(status)}`;
  return [sentence, failure, asked].filter((part) => part !== '').join('\n\n');
}

function times({ phases: all }: DeploymentStatus): string {
  const starts = all
    .map((phase) => phase.startedAt)
    .filter((at) => at !== null)
    .sort();
  const ends = all
    .map((phase) => phase.endedAt)
    .filter((at) => at !== null)
    .sort();
  const [first] = starts;
  const last = ends.at(-1);
  if (first === undefined || last === undefined) return '.';
  return `; from ${moment(first)} to ${moment(last)}, ${duration(elapsed(first, last) ?? 0)}.`;
}
