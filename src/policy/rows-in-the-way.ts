/** Questions for the rows that make a statement fail: how many they are, and never what is in them. Pure. */
import type { ParsedStatement } from '../adapters/sql-parser';
import { addedColumns, alterations, quote } from './hazards/sql';
import { onlinePieces } from './online';
import { columnConstraints } from './statements/columns';

export interface RowsQuestion {
  /** `value`: each row of the answer is a value that several rows share. */
  of: 'row' | 'value';
  /** As the file writes it, without quotes; empty where the query alone knows. */
  table: string;
  /** A query for them, or an expression that fails for each of them. */
  query: string | { quoted: string; expression: string };
}

/** Class 23 breaks a constraint, class 22 a cast. */
export function questionsAbout(statement: ParsedStatement, sqlstate: string): RowsQuestion[] {
  if (sqlstate.startsWith('22')) return casts(statement);
  if (!sqlstate.startsWith('23')) return [];
  const constrained = [statement, ...(onlinePieces(statement) ?? []).flatMap(({ statements }) => statements)];
  const queries = [...new Set(constrained.flatMap(({ findRows }) => findRows ?? []))];
  return [
    ...queries.map((query): RowsQuestion => ({ of: sqlstate === DUPLICATE ? 'value' : 'row', table: '', query })),
    ...(sqlstate === NULL ? nullColumns(statement) : []),
  ];
}

const DUPLICATE = '23505';
const NULL = '23502';

/** A column that every row that is there would have no value in. */
function nullColumns(statement: ParsedStatement): RowsQuestion[] {
  return addedColumns(statement)
    .filter(({ column }) => columnConstraints(column).some(({ contype }) => contype === 'CONSTR_NOTNULL'))
    .map(({ table, quoted }) => ({ of: 'row', table, query: `SELECT FROM ${quoted}` }));
}

const NEW_TYPE = /\bTYPE\s+(.+?)(?:\s+COLLATE\s+\S+)?(?:\s+USING\s+(.+))?$/i;

function casts(statement: ParsedStatement): RowsQuestion[] {
  return alterations(statement).flatMap(({ command, text, table, quoted }): RowsQuestion[] => {
    const [, type, using] = command.subtype === 'AT_AlterColumnType' ? (NEW_TYPE.exec(text) ?? []) : [];
    if (type === undefined) return [];
    return [{ of: 'row', table, query: { quoted, expression: using ?? `CAST(${quote(command.name)} AS ${type})` } }];
  });
}
