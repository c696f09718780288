/**
 * ALTER TABLE, subcommand by subcommand: what is quick goes first, in one short transaction; then, with nobody waiting,
 * indexes are built and rows are checked; at last, again in one short transaction, what those have proven is declared.
 */
import type { AlterTableCmd, AlterTableStmt, Constraint } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, relationOf } from '../statements/ast';
import { columnConstraints } from '../statements/columns';
import { constraintName } from '../statements/constraints';
import { alterHead, subcommands } from '../statements/scan';
import { checked } from './checked-constraint';
import { key } from './key';
import { columnApart } from './new-column';
import { notNull } from './not-null';
import { altered, transaction, type OnlineForm, type Piece, type Surroundings } from './piece';
import { inFamily } from './surroundings';

/** One subcommand in its place. */
export interface Subcommand {
  /** Among the statement's, from 0; a constraint written behind a new column counts for itself. */
  place: number;
  command: AlterTableCmd;
  /** Without comments. */
  text: string;
  whole: ParsedStatement;
  alter: AlterTableStmt;
  /** `ALTER TABLE "User"`, as the file writes it. */
  head: string;
  /** Constraints that the same statement drops. */
  dropped: readonly string[];
}

export type Part = Pick<Subcommand, 'command' | 'text'>;

/** What becomes of a subcommand. */
export interface Parts {
  /** In the first transaction. */
  quick: Part[];
  /** Beside the application: index builds and validations. */
  beside: Piece[];
  /** In the last transaction. */
  last: Part[];
  /** After it, in the same transaction. */
  tidy: Part[];
  /** Takes away what it made in the first transaction, and beside the application; each runs for itself. */
  takeBack: { quick: string[]; beside: string[] };
}

export interface SubcommandForm {
  parts(subcommand: Subcommand): Parts | null;
  refusal(subcommand: Subcommand, surroundings: Surroundings): string | null;
}

const FORMS: SubcommandForm[] = [checked, notNull, key];

/** Subcommands that need no rows: they may share a statement with those that have an online form. */
const QUICK = new Set<AlterTableCmd['subtype']>([
  'AT_AddColumn',
  'AT_DropColumn',
  'AT_DropConstraint',
  'AT_ColumnDefault',
  'AT_DropNotNull',
  'AT_SetNotNull',
  'AT_AddConstraint',
]);

export const alterTable: OnlineForm = {
  pieces(statement) {
    const subcommands = subcommandsOf(statement);
    const parts = subcommands.map(partsOf);
    if (!parts.some((each) => each.beside.length > 0)) return null;
    return assemble(statement, subcommands, parts);
  },
  refusal(statement, surroundings) {
    const subcommands = subcommandsOf(statement);
    const [first] = subcommands;
    if (!first) return null;
    if (surroundings.rewrites) return 'it writes every row of the table anew, under its lock';
    const table = relationOf(first.alter.relation);
    if (inFamily(table, surroundings)) return `${table} has partitions, or inherits`;
    if (subcommands.some(({ command }) => !QUICK.has(command.subtype)))
      return 'it does something else as well, whose order is not certain';
    return first.alter.relation ? refusalOfParts(subcommands, surroundings) : null;
  },
};

function refusalOfParts(subcommands: Subcommand[], surroundings: Surroundings): string | null {
  const table = subcommands[0]?.alter.relation?.relname ?? '';
  const added = subcommands.flatMap(({ command }) => as(command.def, 'Constraint') ?? []);
  if (new Set(added.map((each) => constraintName(each, table))).size < added.length)
    return 'the names that PostgreSQL would choose for its constraints are not certain';
  for (const subcommand of subcommands) {
    for (const form of FORMS) {
      const reason = form.parts(subcommand) && form.refusal(subcommand, surroundings);
      if (reason) return reason;
    }
  }
  return hasKey(subcommands) ? refusalOfKeyAmongOthers(subcommands) : null;
}

/** A key comes last: nothing else of the statement may need it, and it may need nothing that waits for it. */
function refusalOfKeyAmongOthers(subcommands: Subcommand[]): string | null {
  const drops = subcommands.some(({ command }) => command.subtype === 'AT_DropConstraint');
  const adds = subcommands.some(
    ({ command }) => command.subtype === 'AT_AddColumn' || command.subtype === 'AT_DropColumn',
  );
  if (drops && adds) return 'it replaces a constraint and changes columns at once';
  const toItself = subcommands.some(({ command, alter }) =>
    foreignKeys(command).some(({ pktable }) => pktable?.relname === alter.relation?.relname),
  );
  return toItself ? 'it adds a foreign key and a key that it may point at' : null;
}

/** Of its own, or written behind a new column. */
function foreignKeys({ def }: AlterTableCmd): Constraint[] {
  const added = [as(def, 'Constraint') ?? [], columnConstraints(as(def, 'ColumnDef') ?? {})].flat();
  return added.filter(({ contype }) => contype === 'CONSTR_FOREIGN');
}

function hasKey(subcommands: Subcommand[]): boolean {
  return subcommands.some((subcommand) => key.parts(subcommand) !== null);
}

function subcommandsOf(whole: ParsedStatement): Subcommand[] {
  const alter = as(whole.node, 'AlterTableStmt');
  if (alter?.objtype !== 'OBJECT_TABLE') return [];
  const texts = subcommands(whole.text);
  const commands = all(alter.cmds, 'AlterTableCmd');
  const dropped = commands.filter(({ subtype }) => subtype === 'AT_DropConstraint').map(({ name = '' }) => name);
  const head = alterHead(whole.text);
  return commands
    .flatMap((command, place) => columnApart(command, whole) ?? [{ command, text: texts[place] ?? '' }])
    .map((part, place) => ({ place, whole, alter, head, dropped, ...part }));
}

function partsOf(subcommand: Subcommand): Parts {
  for (const form of FORMS) {
    const parts = form.parts(subcommand);
    if (parts) return parts;
  }
  return { quick: [subcommand], beside: [], last: [], tidy: [], takeBack: { quick: [], beside: [] } };
}

function assemble(statement: ParsedStatement, subcommands: Subcommand[], parts: Parts[]): Piece[] {
  const [{ head, alter }] = subcommands as [Subcommand];
  const replacing = hasKey(subcommands);
  // A constraint goes in the moment in which its successor is there.
  const waits = ({ command }: Part): boolean => replacing && command.subtype === 'AT_DropConstraint';
  const quick = parts.flatMap((each) => each.quick);
  const first = quick.filter((part) => !waits(part));
  const last = [...quick.filter(waits), ...parts.flatMap((each) => each.last)];
  const tidy = parts.flatMap((each) => each.tidy);
  const takeBack = parts.flatMap((each) => each.takeBack.quick);
  const pieces: Piece[] = [];
  const alterWith = (commands: Part[]): ParsedStatement[] =>
    commands.length > 0 ? [altered(statement, head, alter, commands)] : [];
  const gone = first.every((part) => !subcommands.some((subcommand) => subcommand === part));
  if (first.length > 0) pieces.push(transaction(alterWith(first), [], gone));
  for (const { beside, takeBack: made } of parts) {
    for (const piece of beside) pieces.push({ ...piece, takeBack: [...takeBack] });
    takeBack.unshift(...made.beside);
  }
  const ending = [...alterWith(last), ...alterWith(tidy)];
  if (ending.length > 0) pieces.push(transaction(ending, takeBack));
  return pieces;
}
