/** Questions for the rows that make a statement fail: how many they are, and never what is in them. Pure. */
import type { ParsedStatement } from '../adapters/sql-parser';
import { addedColumns, alterations, quote } from './hazards/sql';
import { onlinePieces } from './online';
import { readsRows } from './statements';
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

/** A statement that goes over rows, and may stumble over one. */
export interface RowsRule {
  /** `<migration>, line <n>` */
  place: string;
  /** For the rows that break it, on the database as it is before all of them; none where nobody can tell. */
  queries: string[];
  /** Something that runs before it changes rows. */
  mended: boolean;
}

/** @param migrations in their order; `lines` are those of the statements that are asked about. */
export function rulesOverRows(
  migrations: { migration: string; statements: ParsedStatement[]; lines: ReadonlySet<number> }[],
): RowsRule[] {
  const all = migrations.flatMap(({ statements }) => statements);
  const added = all.flatMap(addedColumns).map(({ column }) => quote(column.colname));
  let mended = false;
  return migrations.flatMap(({ migration, statements, lines }) =>
    statements.flatMap((statement): RowsRule[] => {
      const before = mended;
      mended ||= readsRows(statement);
      if (!lines.has(statement.line)) return [];
      const pieces = onlinePieces(statement) ?? [];
      const queries = pieces.flatMap((piece) => piece.statements.flatMap(({ findRows }) => findRows ?? []));
      const askable = queries.filter((query) => !added.some((column) => query.includes(column)));
      return [{ place: `${migration}, line ${statement.line}`, queries: askable, mended: before }];
    }),
  );
}
