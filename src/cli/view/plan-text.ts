/** A plan on the terminal. Pure. */
import type { CheckResult, HazardFinding, Risk } from '../../contract';
import type { FullPlan, MigrationPlan } from '../../policy/plan';
import { hazardCounts, totalsText } from '../../report/counts';
import { plural } from '../../policy/words';
import type { Colors } from '../cli';
import { strongestLock } from './locks';
import { table } from './table';
import { plain } from './text';

/** @param brief leaves out all but the dangers. */
export function planText(plan: FullPlan, colors: Colors, brief = false): string {
  const where = `${plan.environment}/${plan.target}`;
  const sections = [
    plan.migrations.length === 0
      ? `Nothing is pending on ${where}.`
      : `${plural(plan.migrations.length, 'migration')} pending on ${where}:`,
    migrations(plan.migrations, colors),
    hazards(plan.migrations, colors, brief),
    brief ? '' : onlineForms(plan.migrations, colors),
    plan.checklist.map((check) => checkLine(check, colors)).join('\n'),
    drift(plan, colors),
    summary(plan, colors),
  ];
  return sections.filter((part) => part !== '').join('\n\n');
}

function migrations(all: MigrationPlan[], colors: Colors): string {
  if (all.length === 0) return '';
  const rows = all.map((migration) => [
    plain(migration.name),
    String(migration.statements.length),
    strongestLock(migration),
    hazardCounts(migration.hazards),
    reversible(migration, colors),
  ]);
  return table(['migration', 'statements', 'strongest lock', 'hazards', 'reversible'], rows, colors);
}

function reversible({ reversal }: MigrationPlan, colors: Colors): string {
  if (reversal.kind === 'none') return colors.yellow('no');
  return reversal.lossy ? colors.yellow('loses rows') : 'yes';
}

function hazards(all: MigrationPlan[], colors: Colors, brief: boolean): string {
  const found = all.flatMap((migration) => migration.hazards.map((hazard) => ({ name: migration.name, hazard })));
  const listed = found.filter(({ hazard }) => !brief || hazard.severity === 'danger');
  const alike = new Map<string, number>();
  const shown = listed.filter(({ hazard: { id, severity } }) => {
    if (severity !== 'info') return true;
    const place = (alike.get(id) ?? 0) + 1;
    alike.set(id, place);
    return place <= MOST_ALIKE;
  });
  const lines = shown.map(({ name, hazard }) => hazardText(name, hazard, colors));
  for (const [id, times] of alike)
    if (times > MOST_ALIKE)
      lines.push(colors.dim(`and ${times - MOST_ALIKE} more of ${id}; "lockkeeper plan --markdown" lists them all`));
  const hidden = found.length - listed.length;
  if (hidden > 0) lines.push(colors.dim(`and ${plural(hidden, 'finding')} below danger; "lockkeeper plan" shows them`));
  return lines.join('\n');
}

/** Remarks that differ in their columns alone, as every DateTime of Prisma's has one, bury what matters. */
const MOST_ALIKE = 3;

function hazardText(migration: string, hazard: HazardFinding, colors: Colors): string {
  const paint = { danger: colors.red, warning: colors.yellow, info: colors.dim }[hazard.severity];
  const handled = hazard.handledBy === 'online' ? colors.green(' (runs in its online form)') : '';
  const safer = (hazard.saferSql ?? '').split('\n').filter((line) => line.trim() !== '');
  return [
    `${paint(hazard.severity)} ${colors.bold(`${plain(migration)}:${hazard.line}`)}${handled}`,
    `  ${plain(hazard.message)}`,
    ...safer.map((line) => `    ${colors.cyan(line)}`),
  ].join('\n');
}

function drift({ drift: found }: FullPlan, colors: Colors): string {
  if (!found?.sql) return '';
  const lines = found.sql.split('\n').map((line) => `    ${colors.cyan(plain(line))}`);
  return ['Drift: what was run by hand, as SQL', ...lines].join('\n');
}

/** The file's statement and what runs instead of it, or why it runs as written although it blocks others. */
function onlineForms(all: MigrationPlan[], colors: Colors): string {
  const lines = all.flatMap(({ name, statements }) =>
    statements.flatMap(({ line, kind, online, asWritten }) => {
      const head = `${colors.bold(`${plain(name)}:${line}`)} ${kind}`;
      if (online) return [`${head} ${colors.green('runs online as')}`, ...online.map((sql) => indented(sql, colors))];
      return asWritten === null ? [] : [`${head} runs as written: ${plain(asWritten)}`];
    }),
  );
  return lines.join('\n');
}

function indented(sql: string, colors: Colors): string {
  return `${sql};`
    .split('\n')
    .map((line) => `    ${colors.cyan(plain(line))}`)
    .join('\n');
}

function checkLine(check: CheckResult, colors: Colors): string {
  const sign = { pass: colors.green('✓'), warn: colors.yellow('!'), fail: colors.red('✗') }[check.status];
  return `${sign} ${plain(check.title)}: ${plain(check.evidence)}`;
}

function summary({ totals, risk, digest, steps }: FullPlan, colors: Colors): string {
  const paint: Record<Risk, (text: string) => string> = {
    none: String,
    low: colors.green,
    medium: colors.yellow,
    high: colors.red,
  };
  return [
    `Creates ${totalsText(totals)}, in ${plural(steps.length, 'step')}.`,
    `Risk   ${paint[risk](risk)}`,
    `Digest ${digest}`,
  ].join('\n');
}
