/** A script that keeps what it takes away. Pure. */
import type { ParsedStatement } from '../adapters/sql-parser';
import { eachOnce, type Takings, type Target } from './reversal';

/**
 * The script with a statement before each that takes something away: in the same segment, so in the same transaction.
 * @param keep the statement, as SQL without its semicolon.
 */
export function keepingRows(
  statements: ParsedStatement[],
  { takings }: Takings,
  keep: (target: Target) => string,
): string {
  // On the line of the statement that follows, so that an error still names the line that a person finds it in.
  return statements
    .map(({ text }, index) => {
      const taken = eachOnce(takings.filter(({ statement }) => statement === index).map(({ then }) => then));
      return [...taken.map((target) => `${keep(target)};`), ended(text)].join(' ');
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** A comment at its end would swallow the semicolon. */
function ended(text: string): string {
  return /--[^\n]*$/.test(text) ? `${text}\n;` : `${text};`;
}
