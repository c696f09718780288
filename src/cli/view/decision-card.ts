/** What a person decides on, before they decide. Pure. */
import type { DeploymentRef } from '../../client';
import type { ApprovalRequest, DeploymentStatus, PlannedMigration } from '../../contract';
import { standing } from '../../policy/approval';
import { tellingFigures } from '../../policy/telling';
import { bytes, duration, moment, short } from '../../report/format';
import { plural } from '../../policy/words';
import type { Colors } from '../cli';
import { plain } from './text';

export function decisionCard(
  ref: DeploymentRef,
  status: DeploymentStatus,
  approval: ApprovalRequest,
  colors: Colors,
): string {
  const what = ref.kind === 'rollback' ? 'Rollback' : 'Deployment';
  const facts = [
    [
      'database',
      status.facts
        ? `${plain(status.facts.database)} (${bytes(status.facts.sizeBytes)}, PostgreSQL ${plain(status.facts.serverVersion)})`
        : null,
    ],
    ['risk', status.plan?.risk ?? null],
    [
      'plan',
      status.plan ? `sha256 ${short(status.plan.digest)}, ${plural(status.plan.migrations.length, 'migration')}` : null,
    ],
    ['backup', backupText(status)],
    ['rehearsal', rehearsalText(status)],
    ...(status.rehearsal ? tellingFigures(status.rehearsal, { duration, bytes }) : []).map(({ warning, text }) => [
      '',
      warning ? colors.yellow(plain(text)) : plain(text),
    ]),
    [
      'approvals',
      `${standing(approval, status.audit).approvals} of ${approval.required}, until ${moment(approval.expiresAt)}`,
    ],
    ['bound to', approval.bindingDigest],
  ].flatMap(([name, value]) => (value ? [`  ${(name ?? '').padEnd(10)} ${value}`] : []));
  return [
    `${colors.bold(`${what} ${ref.deploymentId}`)} of ${colors.bold(`${ref.environment}/${ref.target}`)}, asked for by ${plain(status.input.requester.name)}`,
    ...(approval.note === null ? [] : [colors.yellow(plain(approval.note))]),
    ...facts,
    ...(status.plan?.migrations ?? []).map((migration) => `    ${migrationText(migration, colors)}`),
    `  ${ref.uiUrl}`,
  ].join('\n');
}

function migrationText({ name, hazards }: PlannedMigration, colors: Colors): string {
  const dangers = hazards.filter((hazard) => hazard.severity === 'danger' && hazard.handledBy === null).length;
  return dangers === 0 ? plain(name) : `${plain(name)}  ${colors.red(plural(dangers, 'danger'))}`;
}

function backupText({ backup, plan }: DeploymentStatus): string | null {
  if (backup) return `${backup.file} (${bytes(backup.bytes)}, sha256 ${short(backup.sha256)})`;
  return plan && !plan.backup ? 'none: switched off in the configuration' : null;
}

function rehearsalText({ rehearsal }: DeploymentStatus): string | null {
  if (!rehearsal) return null;
  const { mode, server } = rehearsal;
  const where = server ? ` on the server of ${server}` : '';
  return `${mode}${where}, ${rehearsal.reversible ? 'every step was reversed, and the schema came back' : 'NOT proven reversible'}`;
}
