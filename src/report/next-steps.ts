/** What a person does now, by outcome. */
import type { DeploymentStatus, OutcomeStatus, RollbackInput } from '../contract';
import { plural } from '../policy/words';

export interface NextStep {
  text: string;
  /** A shell command that does it, or null. */
  command: string | null;
}

export function nextSteps(status: DeploymentStatus): NextStep[] {
  const { outcome } = status;
  if (outcome) return BY_OUTCOME[outcome.status](status);
  return [step('It is still running; follow it.', `lockkeeper watch ${status.input.deploymentId}`)];
}

const BY_OUTCOME: Record<OutcomeStatus, (status: DeploymentStatus) => NextStep[]> = {
  deployed: (status) => [
    ...untold(status),
    ...unmonitored(status),
    step(
      'To undo it: runs the reversals newest first, and asks before it takes rows away.',
      `lockkeeper rollback ${status.input.deploymentId}`,
    ),
    ...restore(status, 'If data must be taken from the backup: restore it beside the database, never over it.'),
  ],
  'up-to-date': () => [],
  blocked: (status) => [
    ...status.checklist
      .filter((check) => check.status === 'fail')
      .map((check) => step(`Mend "${check.title}": ${check.evidence}`)),
    again(status),
  ],
  rejected: (status) => [step('Settle the reason with the person who rejected it.'), again(status)],
  expired: (status) => [
    step('Ask the approvers to be there, then start again: an expired request cannot be revived.'),
    again(status),
  ],
  aborted: (status) => [...schemaCheck(status), again(status)],
  failed: (status) => [
    step('Mend the cause of the failure; a migration that never landed may be edited.'),
    ...schemaCheck(status),
    again(status),
  ],
  'rolled-back': (status) => [
    step(
      status.outcome?.failure
        ? 'The deployment was undone. Mend the cause before trying it again.'
        : 'It was undone as asked; its migrations are pending again.',
    ),
    ...schemaCheck(status),
    ...keptRows(status),
    ...oldDatabase(status),
    again(status),
  ],
  'needs-human': (status) => [
    step('Lockkeeper writes nothing more. Run no migration, by any tool, until a person has decided.'),
    step(`Call: ${contacts(status)}.`),
    step(
      'See which migrations are applied, failed or missing.',
      `lockkeeper migrate status --env ${status.input.environment} --target ${status.input.target}`,
    ),
    ...keptRows(status),
    ...oldDatabase(status),
    ...goBack(status),
    ...restore(status, 'To compare first, restore the backup beside the database.'),
  ],
};

function step(text: string, command: string | null = null): NextStep {
  return { text, command };
}

function again({ input }: DeploymentStatus): NextStep {
  return step('Then start a new deployment.', `lockkeeper deploy --env ${input.environment} --target ${input.target}`);
}

function untold({ health }: DeploymentStatus): NextStep[] {
  return health
    .filter((check) => check.status === 'warn')
    .map(({ name }) => step(`Look at "${name}" yourself: its health check had no answer in time.`));
}

function unmonitored({ monitor }: DeploymentStatus): NextStep[] {
  if (monitor?.verdict !== 'inconclusive') return [];
  const names = monitor.withoutData.join(', ') || 'the metrics';
  return [step(`Look at ${names} yourself: monitoring had no data for it, so nothing says that it is fine.`)];
}

function schemaCheck({ compensation }: DeploymentStatus): NextStep[] {
  if (compensation?.schemaRestored !== false) return [];
  return [step('The schema is not what it was before: compare it with the backup before anything else.')];
}

/** Rows that people wrote are never thrown away behind their backs; whoever reads this decides what becomes of them. */
function keptRows({ compensation, input }: DeploymentStatus): NextStep[] {
  if (!compensation || compensation.kept.length === 0) return [];
  const kept = compensation.kept
    .map(({ relation, rows }) => `${rows === null ? 'some rows' : plural(rows, 'row')} of ${relation}`)
    .join(', ');
  return [
    step(
      `Schema lockkeeper_salvage keeps ${kept}. Once the tables and columns are there again, "lockkeeper salvage restore <number>" puts them back.`,
      `lockkeeper salvage list --env ${input.environment} --target ${input.target}`,
    ),
  ];
}

function oldDatabase({ compensation }: DeploymentStatus): NextStep[] {
  if (!compensation?.oldDatabase) return [];
  const name = compensation.oldDatabase;
  return [
    step(`What was written since the backup is only in database ${name}: take over what you need, then drop it.`),
  ];
}

/** It asks with the exact price before it does anything, so it may be begun at three in the morning. */
function goBack(status: DeploymentStatus): NextStep[] {
  const { backup, input, compensation } = status;
  if (backup?.format === 'external' || compensation?.oldDatabase) return [];
  const byHand = 'undo' in input ? (input as RollbackInput) : null;
  if (!backup && byHand === null) return [];
  return [
    step(
      'To go back to the backup as a whole: it is restored beside the database, people see what was written since, and after their yes the two exchange their names.',
      `lockkeeper rollback ${byHand?.undo ?? input.deploymentId} --strategy restore --env ${input.environment} --target ${input.target}`,
    ),
  ];
}

function contacts(status: DeploymentStatus): string {
  const lines = Object.entries(status.contacts).map(([who, where]) => `${who} ${where}`);
  return lines.join(', ') || 'the people who own this database';
}

function restore({ backup, input }: DeploymentStatus, text: string): NextStep[] {
  if (!backup) return [];
  const command = `lockkeeper backup restore ${backup.id} --env ${input.environment} --target ${input.target}`;
  return [step(text, command)];
}
