/** The telling figures of a rehearsal, in the sentences that the terminal, Slack and the report share. Pure. */
import type { HeldLock, RehearsalFigures, RehearsalSummary, StatementFigure, UnforeseenLock } from '../contract';
import { blocks, manualName } from './statements/locks';

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

/** Times and sizes are told only where there were rows. */
export function tellingFigures({ mode, figures }: RehearsalSummary, quantities: Quantities): Telling[] {
  if (!figures) return [];
  const { unforeseen, rewrites, locks, slowest } = figures;
  const withRows: Telling[] =
    mode === 'full'
      ? [
          ...slowest.filter(isSlow).map((each) => told(slowText(each, quantities))),
          ...locks.slice(0, 1).map((lock) => told(lockText(lock, quantities))),
          ...(rewrites.count > 0 ? [told(rewriteText(rewrites))] : []),
          told(sizesText(figures, quantities)),
        ]
      : [];
  return [...unforeseen.first.map((lock) => ({ warning: true, text: unforeseenText(lock) })), ...withRows];
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
