/** A script that keeps what it drops. Pure. */
import type { ParsedStatement } from '../adapters/sql-parser';
import type { Place } from '../adapters/written-since';
import { placesDropped } from './reversal';

/** Tables and columns in the order in which the script drops them; a column of a table that goes later too. */
export function placesToKeep(statements: ParsedStatement[]): Place[] {
  return statements.flatMap((statement) => placesDropped([statement]));
}

/**
 * The script with a statement before each that drops something: in the same segment, so in the same transaction.
 * @param keep the statement, as SQL without its semicolon.
 */
export function keepingRows(statements: ParsedStatement[], keep: (place: Place) => string): string {
  // On the line of the statement that follows, so that an error still names the line that a person finds it in.
  return statements
    .map((statement) => [...placesDropped([statement]).map(keep), statement.text].map((text) => `${text};`).join(' '))
    .map((line) => `${line}\n`)
    .join('');
}
