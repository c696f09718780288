/** The telling figures of a rehearsal, in the sentences that the terminal, Slack and the report share. Pure. */
import type {
  HeldLock,
  RehearsalFigures,
  RehearsalSample,
  RehearsalSummary,
  StatementFigure,
  UnforeseenLock,
} from '../contract';
import { restoresRows } from './sampling';
import { blocks, manualName } from './statements/locks';
import { plural } from './words';

export interface Telling {
  /** Something that somebody should look at before they say yes. */
  warning: boolean;
  text: string;
}

/** How whoever shows it writes quantities. */
export interface Quantities {
  duration: (ms: number) => string;
  bytes: (count: number) => string;
}

/** Times and sizes are told only where there were rows, and estimated where some were lacking. */
export function tellingFigures({ mode, figures, sample }: RehearsalSummary, quantities: Quantities): Telling[] {
  if (!figures) return [];
  const { unforeseen, rewrites, locks, slowest } = figures;
  const withRows: Telling[] = restoresRows(mode)
    ? [
        ...slowest.filter(isSlow).map((each) => told(slowText(each, quantities))),
        ...locks.slice(0, 1).map((lock) => told(lockText(lock, quantities))),
        ...(rewrites.count > 0 ? [told(rewriteText(rewrites))] : []),
        told(sizesText(figures, quantities)),
      ]
    : [];
  const warnings = unforeseen.first.map((lock) => ({ warning: true, text: unforeseenText(lock) }));
  return [...(sample ? sampleTold(sample) : []), ...warnings, ...withRows];
}

/** What a yes rests on, where that is less than a rehearsal on every row; null where it is not. */
export function rehearsalCaveat(rehearsal: RehearsalSummary): string | null {
  if (rehearsal.mode === 'off') return 'Nothing was rehearsed: no time, no lock and no way back is proven.';
  const { leftOut } = rehearsal;
  const without = leftOut ? `Not rehearsed, because it reaches beyond the database: ${leftOut}.` : null;
  return [rowsCaveat(rehearsal), without].filter(Boolean).join(' ') || null;
}

function rowsCaveat({ mode, sample }: RehearsalSummary): string | null {
  if (mode === 'schema-only')
    return 'The rehearsal ran on the schema without its rows: no time is known, and whether the rows allow the change is not proven.';
  if (!sample) return null;
  const { count } = sample.tables;
  return `The rehearsal had only a sample of the rows of ${plural(count, 'table')}: times are estimates, and the other rows are not proven.`;
}

const MAX_TABLES = 3;

function sampleTold({ tables, counted, unproven }: RehearsalSample): Telling[] {
  const shown = tables.first.slice(0, MAX_TABLES).map(({ table, rows, kept }) => `${kept} of ${rows} rows of ${table}`);
  const others = tables.count - shown.length;
  const more = others > 0 ? [`a part of ${plural(others, 'more table')}`] : [];
  const rules = counted === 1 ? '1 statement goes' : `${counted} statements go`;
  return [
    {
      warning: true,
      text: `on a sample: it had ${[...shown, ...more].join(', ')}; times and sizes are scaled up to all rows`,
    },
    ...(counted > 0
      ? [told(`${rules} over rows that it lacked; counted on the live database, no row is in the way`)]
      : []),
    ...(unproven.count > 0 ? [{ warning: true, text: unprovenText(unproven) }] : []),
  ];
}

function unprovenText({ count, first }: RehearsalSample['unproven']): string {
  const others = count - first.length;
  const names = others > 0 ? `${first.join('; ')} and ${others} more` : first.join('; ');
  return `not proven on the rows that it lacked: ${names}. A row there that does not fit fails the step, and the deployment is undone`;
}

function told(text: string): Telling {
  return { warning: false, text };
}

/** Of what is quicker nobody needs to hear before it runs. */
function isSlow({ durationMs }: StatementFigure): boolean {
  return durationMs >= 1_000;
}

function slowText({ migration, line, durationMs }: StatementFigure, { duration }: Quantities): string {
  return `${migration}, line ${line} took ${duration(durationMs)}`;
}

function lockText({ migration, line, relation, mode, heldMs }: HeldLock, { duration }: Quantities): string {
  return `the longest strong lock was ${manualName(mode)} on ${relation}, ${duration(heldMs)} (${migration}, line ${line}): ${blocks(mode)} wait so long`;
}

function rewriteText({ count, first }: RehearsalFigures['rewrites']): string {
  const names = [...new Set(first.map(({ relation }) => relation))].join(', ');
  return count === 1 ? `1 table was rewritten: ${names}` : `${count} times a table was rewritten, ${names} among them`;
}

function sizesText({ walBytes, tempBytes }: RehearsalFigures, { bytes }: Quantities): string {
  const temp = tempBytes === null ? 'temporary files unknown' : `${bytes(tempBytes)} of temporary files`;
  return `${bytes(walBytes)} of WAL at most, ${temp}`;
}

function unforeseenText({ migration, line, relation, mode, foreseen }: UnforeseenLock): string {
  const instead = foreseen === null ? 'no lock on it' : manualName(foreseen);
  return `${migration}, line ${line} took ${manualName(mode)} on ${relation}, where the plan foresaw ${instead}`;
}
