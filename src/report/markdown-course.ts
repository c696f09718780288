/** The report's second half: what happened, what it did to the database, and what a person does now. */
import type { DeploymentStatus, LockWait, MonitorSummary, Threshold } from '../contract';
import { duration, elapsed, figure, moment } from './format';
import { plural } from '../policy/words';
import { summarizeMetrics } from './metrics';
import { block, code, prose, section, table } from './markdown-text';
import { nextSteps } from './next-steps';

export function decisions({ audit, approval }: DeploymentStatus): string {
  const asked = approval
    ? `${approval.required} required; asked ${moment(approval.requestedAt)}, valid until ${moment(approval.expiresAt)}; bound to ${code(approval.bindingDigest)}.`
    : '';
  const note = approval?.note ? prose(approval.note) : '';
  const rows = audit.map((entry) => [
    moment(entry.at),
    `${prose(entry.person.name)} (${code(entry.person.id)})`,
    entry.verdict,
    entry.accepted ? 'accepted' : '**refused**',
    prose(entry.reason ?? ''),
  ]);
  return section('Decisions', asked, note, table(['at', 'who', 'decision', 'was', 'reason'], rows));
}

export function phases({ phases: all }: DeploymentStatus): string {
  const rows = all
    .filter((phase) => phase.state !== 'pending' && (phase.state !== 'skipped' || phase.detail !== null))
    .map((phase) => [
      phase.phase,
      phase.state,
      took(elapsed(phase.startedAt, phase.endedAt)),
      prose(phase.detail ?? ''),
    ]);
  return section('Phases', table(['phase', 'state', 'took', 'detail'], rows));
}

export function steps({ steps: all }: DeploymentStatus): string {
  const rows = all.map((step) => [
    String(step.index + 1),
    step.migrations.map(code).join('<br>'),
    step.state,
    took(step.durationMs),
    step.waits.map(waited).join('<br>'),
  ]);
  return section('Steps', table(['step', 'migrations', 'state', 'applied in', 'waited for locks'], rows));
}

function waited({ migration, line, waitedMs, attempts, blockers }: LockWait): string {
  const who = blockers.map(({ application, user }) => prose(`${application} (${user})`)).join(', ');
  return `${code(migration)}, line ${line}: ${duration(waitedMs)}, ${plural(attempts, 'attempt')}${who === '' ? '' : `, behind ${who}`}`;
}

function took(ms: number | null): string {
  return ms === null ? '' : duration(ms);
}

export function health({ health: checks }: DeploymentStatus): string {
  const rows = checks.map((check) => [`**${check.status}**`, prose(check.name), prose(check.evidence)]);
  return section('Health checks', table(['result', 'check', 'evidence'], rows));
}

export function monitor({ monitor: seen, baseline }: DeploymentStatus): string {
  if (!seen) return '';
  const breaches = seen.breaches.map(({ at, threshold, value }) => [
    moment(at),
    threshold.level,
    code(thresholdText(threshold)),
    `${figure(value)}${threshold.unit}`,
  ]);
  const metrics = summarizeMetrics(seen).map(({ metric, samples, min, median, max }) => [
    code(metric),
    before(baseline?.values[metric]),
    String(samples),
    figure(min),
    figure(median),
    figure(max),
  ]);
  return section(
    'Monitoring',
    verdict(seen),
    table(['at', 'level', 'threshold breached', 'value'], breaches),
    table(['metric', 'before', 'samples', 'min', 'median', 'max'], metrics),
  );
}

function before(value: number | null | undefined): string {
  return typeof value === 'number' ? figure(value) : '';
}

function verdict({ verdict: result, samples, withoutData }: MonitorSummary): string {
  const missing =
    withoutData.length === 0 ? '' : ` No data for ${withoutData.map(code).join(', ')}: inconclusive, not fine.`;
  return `**${result}** after ${samples.length} samples.${missing}`;
}

function thresholdText({ metric, op, value, unit }: Threshold): string {
  return `${metric} ${op} ${value}${unit}`;
}

export function compensation({ compensation: undone }: DeploymentStatus): string {
  if (!undone) return '';
  const restored = schemaState(undone.schemaRestored);
  const rows = undone.reversals.map((reversal) => [String(reversal.step), reversal.state, prose(reversal.detail)]);
  return section(
    'Compensation',
    `**${undone.state}**: ${prose(undone.detail)}`,
    restored,
    table(['step', 'state', 'detail'], rows),
  );
}

function schemaState(restored: boolean | null): string {
  if (restored === null) return '';
  return restored ? 'The schema is as it was before.' : 'The schema is **not** as it was before.';
}

export function contacts(status: DeploymentStatus): string {
  const rows = Object.entries(status.contacts).map(([who, where]) => [prose(who), prose(where)]);
  return section('Contacts', table(['who', 'where'], rows));
}

export function next(status: DeploymentStatus): string {
  const steps = nextSteps(status).map(({ text, command }) =>
    command === null ? prose(text) : `${prose(text)}\n\n${block('sh', command)}`,
  );
  return section('What to do now', ...(steps.length === 0 ? ['Nothing.'] : steps));
}
