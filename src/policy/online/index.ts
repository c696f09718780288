/** Statements that block others, in forms that do not: one file each beside this one. Pure. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import { tagOf, type Tag } from '../statements/ast';
import { alterTable } from './alter-table';
import { createIndex } from './create-index';
import { dropIndex } from './drop-index';
import type { OnlineForm, Piece, Surroundings } from './piece';
import { reindex } from './reindex';

export type { Piece } from './piece';

const FORMS: Partial<Record<Tag, OnlineForm>> = {
  AlterTableStmt: alterTable,
  DropStmt: dropIndex,
  IndexStmt: createIndex,
  ReindexStmt: reindex,
};

/** A plan asks several times for the pieces of a statement, and each time they would be written and parsed anew. */
const known = new WeakMap<ParsedStatement, Piece[] | null>();

/** The statement's online form, in order; null where it has none. */
export function onlinePieces(statement: ParsedStatement): readonly Piece[] | null {
  const seen = known.get(statement);
  if (seen !== undefined) return seen;
  const pieces = FORMS[tagOf(statement.node)]?.pieces(statement) ?? null;
  known.set(statement, pieces);
  return pieces;
}

/** Why a statement that has an online form runs as written all the same; null where it need not. */
export function onlineRefusal(statement: ParsedStatement, surroundings: Surroundings): string | null {
  return FORMS[tagOf(statement.node)]?.refusal(statement, surroundings) ?? null;
}
