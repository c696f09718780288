/** The sign-off form of docs/PRE_DEPLOYMENT_MIGRATION_CHECKLIST.md with all that the plan knows. Pure. */
import type { CheckResult } from '../../contract';
import type { FullPlan } from '../../policy/plan';
import { hazardCounts } from '../../report/counts';
import { short } from '../../report/format';
import { block, prose, section } from '../../report/markdown-text';

const BLANK = '_'.repeat(20);
const SIGNERS = ['Author', 'Reviewer', 'Database Team', 'DevOps Team', 'Approver'];

export function planChecklist(plan: FullPlan): string {
  return `${[
    `# Pre-deployment checklist for ${prose(plan.environment)}/${prose(plan.target)}`,
    section('Checked by Lockkeeper', plan.checklist.map(line).join('\n')),
    section('Dangers to accept by name', dangers(plan).join('\n')),
    section('Sign-off', block('text', form(plan))),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

/** A box is ticked for what passed; a warning is for a person to tick. */
function line({ title, status, evidence }: CheckResult): string {
  const remark = status === 'pass' ? '' : ` **${status}**`;
  return `- [${status === 'pass' ? 'x' : ' '}] ${prose(title)}:${remark} ${prose(evidence)}`;
}

function dangers({ migrations }: FullPlan): string[] {
  return migrations.flatMap(({ name, hazards }) =>
    hazards
      .filter(({ severity, handledBy }) => severity === 'danger' && handledBy === null)
      .map(({ id, line: at, message }) => `- [ ] ${prose(`${name}:${at} ${id}`)}: ${prose(message)}`),
  );
}

function form(plan: FullPlan): string {
  const found = plan.migrations.flatMap(({ hazards }) => hazards);
  const fields: [string, string][] = [
    ['Deployment', `${BLANK} (id, as lockkeeper prints it)`],
    ['Environment/target', `${plan.environment}/${plan.target}`],
    ['Plan digest', short(plan.digest)],
    ['Migrations', `${plan.migrations.length}   Risk ${plan.risk}   Hazards ${hazardCounts(found)}`],
    ['Window (UTC)', `from ${BLANK} to ${BLANK}`],
    ['Longest step in the rehearsal', `${BLANK}   Undo proven for every step ( ) yes ( ) no`],
    ['Version of the application before / after', `${BLANK} / ${BLANK}`],
  ];
  const signatures = SIGNERS.map((role) => `${role.padEnd(20)} ${BLANK} ${BLANK} ${BLANK}`);
  return [
    ...fields.map(([name, value]) => `${name.padEnd(20)} ${value}`),
    '',
    `${''.padEnd(20)} ${'name'.padEnd(20)} ${'date and time (UTC)'.padEnd(20)} signature`,
    ...signatures,
    '',
    `${'Outcome'.padEnd(20)} ${BLANK} Report filed at ${BLANK}`,
  ].join('\n');
}
