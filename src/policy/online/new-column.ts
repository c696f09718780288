/**
 * ADD COLUMN with what reads rows written behind it (a check, UNIQUE, a foreign key with values to look up) -> the column
 * alone, and each of those as a subcommand of its own, which has an online form.
 */
import type { AlterTableCmd, ColumnDef, Constraint } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { quote } from '../hazards/sql';
import { as } from '../statements/ast';
import { columnConstraints, inlineKeyIsChecked } from '../statements/columns';
import { IDENTIFIER, splitTopLevel, withoutComments } from '../statements/scan';
import type { Part } from './alter-table';

/** What stands behind a column's type: a default, a collation, a constraint with its attributes (`DEFERRABLE`). */
interface Clause {
  text: string;
  /** Empty for a collation. */
  nodes: Constraint[];
}

/** Null where nothing behind the column reads rows, and for everything that is no ADD COLUMN. */
export function columnApart(command: AlterTableCmd, whole: ParsedStatement): Part[] | null {
  const column = command.subtype === 'AT_AddColumn' ? as(command.def, 'ColumnDef') : undefined;
  // Where the column is there already, its constraints are not added either.
  if (!column || command.missing_ok) return null;
  const clauses = clausesOf(column, whole);
  const moved = clauses.filter((clause) => readsRows(clause, column));
  if (moved.length === 0) return null;
  const kept = clauses.filter((clause) => !moved.includes(clause));
  return [alone(command, column, kept, whole), ...moved.map((clause) => ofTable(clause, column.colname ?? ''))];
}

function readsRows({ nodes: [constraint, ...attributes] }: Clause, column: ColumnDef): boolean {
  if (attributes.some(({ contype }) => contype === 'CONSTR_ATTR_NOT_ENFORCED')) return false;
  if (constraint?.contype === 'CONSTR_FOREIGN') return inlineKeyIsChecked(column);
  return constraint?.contype === 'CONSTR_CHECK' || constraint?.contype === 'CONSTR_UNIQUE';
}

function alone(command: AlterTableCmd, column: ColumnDef, kept: Clause[], whole: ParsedStatement): Part {
  const head = textOf(whole, column.location, startsOf(column)[0]);
  const { constraints: _all, ...bare } = column;
  const constraints = kept.flatMap(({ nodes }) => nodes.map((node) => ({ Constraint: node })));
  const def = { ColumnDef: { ...bare, ...(constraints.length > 0 && { constraints }) } };
  return { command: { ...command, def }, text: ['ADD COLUMN', head, ...kept.map(({ text }) => text)].join(' ') };
}

const NAMED = String.raw`^(CONSTRAINT\s+${IDENTIFIER}\s+)?`;
const REFERENCES = new RegExp(String.raw`${NAMED}(?=REFERENCES\b)`, 'i');
const UNIQUE = new RegExp(String.raw`${NAMED}UNIQUE(\s+NULLS(\s+NOT)?\s+DISTINCT)?`, 'i');

/** The same words, with the column that they stood behind. */
function ofTable({ text, nodes }: Clause, column: string): Part {
  const [constraint = {}, ...attributes] = nodes;
  const deferred = attributes.some(({ contype }) => contype === 'CONSTR_ATTR_DEFERRED');
  const deferrable = deferred || attributes.some(({ contype }) => contype === 'CONSTR_ATTR_DEFERRABLE');
  const columns = [{ String: { sval: column } }];
  const node: Constraint = {
    ...constraint,
    ...(constraint.contype === 'CONSTR_FOREIGN' && { fk_attrs: columns }),
    ...(constraint.contype === 'CONSTR_UNIQUE' && { keys: columns }),
    ...(deferrable && { deferrable }),
    ...(deferred && { initdeferred: true }),
  };
  const words = text.replace(REFERENCES, `$&FOREIGN KEY (${quote(column)}) `).replace(UNIQUE, `$& (${quote(column)})`);
  return {
    text: `ADD ${words}`,
    command: { subtype: 'AT_AddConstraint', def: { Constraint: node }, behavior: 'DROP_RESTRICT' },
  };
}

function clausesOf(column: ColumnDef, whole: ParsedStatement): Clause[] {
  const starts = startsOf(column);
  return starts.map((from, place) => {
    const to = starts[place + 1];
    const nodes = columnConstraints(column).filter(
      ({ location = 0 }) => location >= from && location < (to ?? Infinity),
    );
    return { text: textOf(whole, from, to), nodes: from === column.collClause?.location ? [] : nodes };
  });
}

/** Where each clause begins, in bytes of the script. */
function startsOf(column: ColumnDef): number[] {
  const heads = columnConstraints(column).filter(({ contype }) => !contype?.startsWith('CONSTR_ATTR_'));
  return [...heads, ...(column.collClause ? [column.collClause] : [])]
    .map(({ location = 0 }) => location)
    .sort((one, other) => one - other);
}

/** Without comments. @param to null = to the end of the subcommand. */
function textOf(whole: ParsedStatement, from = 0, to?: number): string {
  const bytes = new TextEncoder().encode(whole.text);
  const text = new TextDecoder().decode(
    bytes.slice(from - whole.offset, to === undefined ? undefined : to - whole.offset),
  );
  return withoutComments(to === undefined ? (splitTopLevel(text, ',')[0] ?? '') : text).trim();
}
