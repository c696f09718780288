/** Columns that a statement adds itself: the safe form of what it builds on them begins with them. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import { addedColumns } from './sql';

/** ADD COLUMN for those of the columns, without the constraints that come apart. */
export function columnsFirst(statement: ParsedStatement, columns: readonly string[]): string[] {
  return addedColumns(statement)
    .filter(({ column }) => columns.includes(column.colname ?? ''))
    .map(({ quoted, text }) => `ALTER TABLE ${quoted} ${text.replace(APART, '')};`);
}

/** What a key or a foreign key behind a column adds to its definition. */
const APART = /\s+(?:CONSTRAINT\s+(?:"(?:[^"]|"")+"|\w+)\s+)?(?:REFERENCES\b|UNIQUE\b|PRIMARY\s+KEY\b)[\s\S]*$/i;
