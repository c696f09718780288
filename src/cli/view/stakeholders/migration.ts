/** One migration for people who do not read SQL: what it changes, its risk, its impact, what to test, the way back. Pure. */
import type { HazardFinding, Risk } from '../../../contract';
import { riskOf } from '../../../policy/hazards';
import type { MigrationPlan } from '../../../policy/plan';
import { code, prose } from '../../../report/markdown-text';
import { impact, touched } from './impact';
import { rollback } from './rollback';
import { testing } from './testing';
import { amounts, listed, many, names, places, sentence } from './words';

/** @param notes the author's, as Markdown; null without any. */
export function migrationSection(migration: MigrationPlan, number: number, path: string, notes: string | null): string {
  const { statements, segments } = migration;
  return [
    `## ${number}. ${prose(migration.name)}`,
    `${code(path)}: ${many(statements.length, 'statement')} in ${many(segments, 'transaction')}.`,
    '### What it changes',
    ...(notes === null ? [] : [belowHeading(notes)]),
    changes(migration),
    `### Risk: ${riskOf([migration.hazards])}`,
    ...risk(migration),
    '### Impact',
    ...impact(migration),
    '### Testing needs',
    ...testing(migration).map((each) => indented(each)),
    '### Rollback plan',
    ...rollback(migration),
  ].join('\n\n');
}

/** The author's headings must not end this migration's section. */
function belowHeading(notes: string): string {
  return notes.replace(/^(#{1,6}) (.+?)[ \t]*#*$/gm, '**$2**');
}

function indented(text: string): string {
  return `- ${text.replace(/\n/g, '\n  ').replace(/^ +$/gm, '')}`;
}

function changes(migration: MigrationPlan): string {
  const { tables, columns, indexes, enums, foreignKeys } = migration.creates;
  const made = amounts([
    [columns, 'column'],
    [indexes, 'index'],
    [enums, 'enumerated type'],
    [foreignKeys, 'foreign key'],
  ]);
  const all = [tables.length === 0 ? '' : `${many(tables.length, 'table')} (${names(tables)})`, made];
  const adds = all.filter((part) => part !== '').join(', with ');
  const { closed, readOnly, changed } = touched(migration);
  const old = [...new Set([...closed, ...readOnly])].filter((table) => !changed.includes(table));
  return [
    adds === '' ? '' : sentence(`it adds ${adds}`),
    old.length === 0 ? '' : `Of what is there already it touches ${names(old)}.`,
    changed.length === 0 ? '' : `It writes rows of ${names(changed)}.`,
    dropped(migration),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function dropped({ statements }: MigrationPlan): string {
  const gone = statements.filter(({ kind }) => kind.startsWith('DROP ') || /\bDROP COLUMN\b/.test(kind));
  if (gone.length === 0) return '';
  const kinds = [...new Set(gone.map(({ kind }) => code(kind)))];
  return `It takes away: ${listed(kinds)} (${places(gone.map(({ line }) => line))}).`;
}

const VERDICT: Record<Risk, string> = {
  none: 'No danger is known in it.',
  low: 'No danger is known in it; there is advice.',
  medium:
    'What is dangerous in it as written is taken away by the form in which Lockkeeper runs it, or is worth a look and no more.',
  high: 'A danger stays that no form of execution takes away: a person must accept it by name, or rewrite the statement.',
};

function risk({ hazards }: MigrationPlan): string[] {
  const loud = hazards.filter(({ severity }) => severity !== 'info');
  const advice = [...new Set(hazards.filter(({ severity }) => severity === 'info').map(({ id }) => id))];
  const findings = [...byKind(loud).values()].map(finding);
  return [
    VERDICT[riskOf([hazards])],
    findings.join('\n'),
    advice.length === 0 ? '' : `Advice that stops nothing: ${names(advice)}.`,
  ].filter((part) => part !== '');
}

/** The same finding on many lines is one to a reader. */
function byKind(hazards: HazardFinding[]): Map<string, HazardFinding[]> {
  const worstFirst = [...hazards].sort((a, b) => rank(a) - rank(b));
  const by = new Map<string, HazardFinding[]>();
  for (const hazard of worstFirst) {
    const key = `${hazard.id}/${hazard.severity}/${hazard.handledBy ?? ''}`;
    by.set(key, [...(by.get(key) ?? []), hazard]);
  }
  return by;
}

function rank({ severity, handledBy }: HazardFinding): number {
  if (handledBy !== null) return 2;
  return severity === 'danger' ? 0 : 1;
}

function finding(alike: HazardFinding[]): string {
  const [first] = alike;
  if (!first) return '';
  const what = `${code(first.id)}, ${places(alike.map(({ line }) => line))}`;
  const such = alike.length > 1 ? ' For example: ' : ' ';
  const standing = first.handledBy === 'online' ? 'taken away' : first.severity;
  const safe =
    first.saferSql !== null && first.handledBy === null
      ? ` A safer way to write it is in ${code('lockkeeper plan')}.`
      : '';
  return `- **${standing}** (${what}).${such}${prose(first.message)}${safe}`;
}
