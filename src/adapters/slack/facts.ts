/** The part of the message that says what is deployed and how far it is. */
import type { DeploymentStatus, HazardFinding, PhaseProgress, Plan, Risk, StepProgress } from '../../contract';
import { tellingFigures } from '../../policy/telling';
import { approvers, openRequest, who } from './approval';
import { mrkdwn, section, type MessageBlock } from './blocks';
import { bytes, code, lines, oneLine, seconds } from './text';
import { created, plural } from '../../policy/words';

const MAX_MIGRATIONS = 12;
const MAX_HAZARDS = 5;
const MAX_MEASURED = 8;

export function factBlocks(status: DeploymentStatus): MessageBlock[] {
  return [...fields(status), ...migrations(status), ...hazards(status), ...measured(status), phases(status)];
}

function fields(status: DeploymentStatus): MessageBlock[] {
  const { facts, plan } = status;
  const all: [string, string | null][] = [
    ['Database', facts && `${code(facts.database, 80)}, ${bytes(facts.sizeBytes)}`],
    ['Requested by', who(status.input.requester)],
    ['Migrations', facts && `${facts.pending.length} to apply, ${facts.appliedMigrations} applied before`],
    ['Risk', plan && risk(plan)],
    ['Creates', plan && created(plan.totals).join(', ')],
    ['Backup', plan && backup(status, plan)],
    ['Rehearsal', plan && rehearsal(status, plan)],
    ['Approvals', plan && approvals(status, plan)],
  ];
  return [{ type: 'section', fields: all.flatMap(([name, value]) => (value ? [mrkdwn(`*${name}*\n${value}`)] : [])) }];
}

const RISKS: Record<Risk, string> = {
  none: ':white_circle: none',
  low: ':large_green_circle: low',
  medium: ':large_yellow_circle: medium',
  high: ':red_circle: high',
};

function risk(plan: Plan): string {
  const found = plan.migrations.flatMap((migration) => migration.hazards);
  const online = found.filter((hazard) => hazard.handledBy === 'online').length;
  return `${RISKS[plan.risk]}, ${plural(found.length, 'hazard')}${online > 0 ? `, ${online} handled online` : ''}`;
}

function backup(status: DeploymentStatus, plan: Plan): string {
  if (!plan.backup) return 'off';
  return status.backup ? `${code(status.backup.file, 200)}, ${bytes(status.backup.bytes)}` : 'not taken yet';
}

function rehearsal({ rehearsal: done }: DeploymentStatus, plan: Plan): string {
  if (plan.rehearsal === 'off') return 'off';
  if (!done) return 'not yet';
  const reversible = done.reversible ? 'reversible' : ':warning: *not reversible*';
  // A copy of the schema has no rows, and how long it takes says nothing.
  const where = done.server ? `on the server of ${code(done.server, 60)}, ` : '';
  if (done.mode === 'schema-only') return `${where}on the schema alone, ${reversible}`;
  const part = done.mode === 'sample' ? ':warning: *on a sample of the rows*, ' : '';
  const applied = done.steps.reduce((sum, step) => sum + step.durationMs, 0);
  const restored = done.restoreMs === null ? '' : `restored in ${seconds(done.restoreMs)}, `;
  return `${where}${part}${restored}applied in ${seconds(applied)}, ${reversible}`;
}

function approvals(status: DeploymentStatus, plan: Plan): string {
  const { approval } = status;
  const required = approval?.required ?? plan.approval.required;
  if (required === 0) return 'none required';
  // Once it is decided, the message names who decided.
  if (!approval) return `${required} required`;
  const count = `${approvers(status, approval).length} of ${required}`;
  const open = openRequest(status);
  return open ? `${count}, until ${localTime(open.expiresAt)}` : count;
}

/** Slack shows it in the reader's own time zone; what follows the bar is for clients that cannot. */
function localTime(iso: string): string {
  const time = new Date(iso);
  const fallback = `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `<!date^${Math.floor(time.getTime() / 1000)}^{date_short_pretty} {time}|${fallback}>`;
}

const STEP_MARKS: Record<StepProgress['state'], string> = {
  pending: '',
  running: ' :hourglass_flowing_sand:',
  applied: ' :white_check_mark:',
  failed: ' :x:',
  reversed: ' :leftwards_arrow_with_hook:',
};

function migrations(status: DeploymentStatus): MessageBlock[] {
  const names = status.plan?.migrations.map((migration) => migration.name) ?? status.facts?.pending ?? [];
  if (names.length === 0) return [];
  const states = new Map(status.steps.flatMap((step) => step.migrations.map((name) => [name, step.state] as const)));
  const shown = names.map((name) => `• ${code(name, 120)}${STEP_MARKS[states.get(name) ?? 'pending']}`);
  return [section(`*To apply*\n${lines(shown, MAX_MIGRATIONS)}`)];
}

const SEVERITIES: HazardFinding['severity'][] = ['danger', 'warning', 'info'];

/** What is still dangerous comes first: a hazard that the online form takes away is only worth a line if there is room. */
function hazards({ plan }: DeploymentStatus): MessageBlock[] {
  const found = (plan?.migrations ?? []).flatMap(({ name, hazards: all }) => all.map((hazard) => ({ name, hazard })));
  if (found.length === 0) return [];
  const weight = ({ hazard }: (typeof found)[number]): number =>
    SEVERITIES.indexOf(hazard.severity) + (hazard.handledBy ? SEVERITIES.length : 0);
  const shown = found
    .sort((a, b) => weight(a) - weight(b))
    .map(({ name, hazard }) => {
      const mark = hazard.handledBy
        ? ':large_green_circle:'
        : hazard.severity === 'danger'
          ? ':red_circle:'
          : ':large_yellow_circle:';
      const handled = hazard.handledBy ? ' _(runs online)_' : '';
      return `${mark} ${code(`${name}:${hazard.line}`, 140)} ${oneLine(hazard.message, 300)}${handled}`;
    });
  return [section(`*Hazards*\n${lines(shown, MAX_HAZARDS)}`)];
}

/** What the rehearsal found out, for whoever is asked; afterwards the report has it. */
function measured(status: DeploymentStatus): MessageBlock[] {
  if (!status.rehearsal || !openRequest(status)) return [];
  const told = tellingFigures(status.rehearsal, { duration: seconds, bytes });
  const shown = told.map(({ warning, text }) => `${warning ? ':warning: ' : '• '}${oneLine(text, 300)}`);
  return shown.length === 0 ? [] : [section(`*Rehearsed*\n${lines(shown, MAX_MEASURED)}`)];
}

const GROUPS: [PhaseProgress['state'], string][] = [
  ['done', ':white_check_mark: Done'],
  ['failed', ':x: Failed'],
  ['running', ':hourglass_flowing_sand: Now'],
  ['pending', ':white_circle: Next'],
];

function phases({ phases: all, outcome }: DeploymentStatus): MessageBlock {
  const rows = GROUPS.flatMap(([state, label]) => {
    // Compensation is what nobody plans for: it is listed only once it happens. After the end nothing is next.
    const hidden = (phase: PhaseProgress): boolean =>
      state === 'pending' && (phase.phase === 'compensate' || outcome !== null);
    const names = all.filter((phase) => phase.state === state && !hidden(phase)).map(named);
    return names.length === 0 ? [] : [`${label}: ${names.join(', ')}`];
  });
  return { type: 'context', elements: [mrkdwn(rows.join('\n') || 'Starting')] };
}

function named({ phase, state, detail }: PhaseProgress): string {
  return state !== 'done' && detail ? `*${phase}* (${oneLine(detail, 120)})` : phase;
}
