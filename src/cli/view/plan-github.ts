/** A plan as GitHub's workflow commands: each finding beside its line in the pull request. Pure. */
import type { HazardFinding, Severity } from '../../contract';
import type { FullPlan } from '../../policy/plan';
import { hazardCounts } from '../../report/counts';
import { plural } from '../../policy/words';

const COMMANDS: Record<Severity, string> = { danger: 'error', warning: 'warning', info: 'notice' };

/** @param folder of the migrations, relative to the repository's root, with `/`. */
export function planGithub(plan: FullPlan, folder: string): string {
  const annotations = plan.migrations.flatMap(({ name, hazards }) =>
    hazards.map((hazard) => annotation(hazard, `${folder}/${name}/migration.sql`)),
  );
  const checks = plan.checklist
    .filter(({ status }) => status !== 'pass')
    .map(
      ({ title, status, evidence }) =>
        `::${status === 'fail' ? 'error' : 'warning'} title=${property(title)}::${data(evidence)}`,
    );
  const all = plan.migrations.flatMap(({ hazards }) => hazards);
  const summary = `${plural(plan.migrations.length, 'migration')}, risk ${plan.risk}; hazards: ${hazardCounts(all)}.`;
  return [...annotations, ...checks, data(summary)].join('\n');
}

function annotation({ id, severity, line, message, saferSql, handledBy }: HazardFinding, file: string): string {
  // What runs in its online form is no reason to stop.
  const command = handledBy === 'online' && severity === 'danger' ? COMMANDS.warning : COMMANDS[severity];
  const text = saferSql === null ? message : `${message}\n\n${saferSql}`;
  return `::${command} file=${property(file)},line=${line},title=${property(id)}::${data(text)}`;
}

/** https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
