/** The parts that a statement's online form is made of. */
import type { AlterTableCmd, AlterTableStmt, Node } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { TableFacts } from '../database-facts';
import type { Schema } from '../statements';

/** What commits as one. */
export interface Piece {
  /** `single`: cannot run in a transaction. */
  kind: 'transaction' | 'single';
  statements: ParsedStatement[];
  /** Should this piece fail: statements that take back what the pieces before it made, newest first, each for itself. */
  takeBack: string[];
  /** True where those leave nothing of this piece. */
  gone: boolean;
}

/** What is known when the plan is made, right before the statement. */
export interface Surroundings {
  schema: Schema;
  tables: TableFacts;
  /** The statement writes every row anew. */
  rewrites: boolean;
}

/** A statement's online form. */
export interface OnlineForm {
  /** Pure: the same file gives the same pieces, also on a retry. Null where nothing of the statement has an online form. */
  pieces(statement: ParsedStatement): Piece[] | null;
  /** Why the statement runs as written all the same; null where the end state is provably the same. */
  refusal(statement: ParsedStatement, surroundings: Surroundings): string | null;
}

export function single(of: ParsedStatement, text: string, node: Node, takeBack: string[] = []): Piece {
  return { kind: 'single', statements: [{ ...of, text, node }], takeBack, gone: true };
}

export function transaction(statements: ParsedStatement[], takeBack: string[] = [], gone = true): Piece {
  return { kind: 'transaction', statements, takeBack, gone };
}

/** An ALTER TABLE of the same table with other subcommands. */
export function altered(
  of: ParsedStatement,
  head: string,
  statement: AlterTableStmt,
  commands: { text: string; command: AlterTableCmd }[],
): ParsedStatement {
  const cmds = commands.map(({ command }) => ({ AlterTableCmd: command }));
  return {
    ...of,
    text: `${head} ${commands.map(({ text }) => text).join(', ')}`,
    node: { AlterTableStmt: { ...statement, cmds } },
  };
}

/** Puts words behind the first match of `place`, which is looked for outside comments. */
export function insertAfter(text: string, clean: string, place: RegExp, words: string): string {
  const match = place.exec(clean);
  if (!match) throw new Error(`No ${String(place)} in ${text}`);
  const end = match.index + match[0].length;
  return `${text.slice(0, end)} ${words}${text.slice(end)}`;
}

/** PostgreSQL cuts longer names off. */
export function fitsName(name: string): boolean {
  return new TextEncoder().encode(name).length <= 63;
}
