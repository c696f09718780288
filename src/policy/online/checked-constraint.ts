/**
 * ADD FOREIGN KEY and ADD CHECK -> NOT VALID, then VALIDATE CONSTRAINT: new rows are held to it at once, and the rows that
 * are there are checked while everybody reads and writes.
 */
import type { Constraint } from '@pgsql/types';
import { quote, quoteList, quoteRange } from '../hazards/sql';
import { as, relationOf, words } from '../statements/ast';
import { constraintName } from '../statements/constraints';
import { fitsName, transaction, type Piece, type Surroundings } from './piece';
import { altered } from './piece';
import type { Subcommand, SubcommandForm } from './alter-table';
import { isFreeName, isPartitioned } from './surroundings';

export const checked: SubcommandForm = {
  parts(subcommand) {
    const constraint = checkedConstraint(subcommand);
    if (!constraint) return null;
    const name = constraintName(constraint, subcommand.alter.relation?.relname ?? '');
    const named = constraint.conname
      ? subcommand.text
      : subcommand.text.replace(/^ADD\b/i, `ADD CONSTRAINT ${quote(name)}`);
    const { initially_valid: _valid, ...rest } = constraint;
    const def = { Constraint: { ...rest, conname: name, skip_validation: true } };
    return {
      quick: [{ text: `${named} NOT VALID`, command: { ...subcommand.command, def } }],
      beside: [validation(subcommand, name, offenders(subcommand, constraint))],
      last: [],
      tidy: [],
      takeBack: { quick: [`${subcommand.head} DROP CONSTRAINT IF EXISTS ${quote(name)}`], beside: [] },
    };
  },
  refusal(subcommand, surroundings) {
    const constraint = checkedConstraint(subcommand);
    if (!constraint) return null;
    const { relation } = subcommand.alter;
    if (constraint.pktable && isPartitioned(relationOf(constraint.pktable), surroundings))
      return `${relationOf(constraint.pktable)} is partitioned`;
    return refusalOfName(constraint, relationOf(relation), surroundings);
  },
};

/** A constraint without a name gets the one that PostgreSQL would have chosen, where that is certain. */
export function refusalOfName(constraint: Constraint, table: string, surroundings: Surroundings): string | null {
  if (constraint.conname) return null;
  const name = constraintName(constraint, table);
  if (fitsName(name) && isFreeName(name, table, surroundings)) return null;
  return 'the name that PostgreSQL would choose for the constraint is not certain';
}

export function validation(subcommand: Subcommand, name: string, findRows: string): Piece {
  const { whole, head, alter } = subcommand;
  const command = { subtype: 'AT_ValidateConstraint', name, behavior: 'DROP_RESTRICT' } as const;
  const statement = altered(whole, head, alter, [{ text: `VALIDATE CONSTRAINT ${quote(name)}`, command }]);
  return transaction([{ ...statement, findRows }]);
}

function checkedConstraint({ command }: Subcommand): Constraint | null {
  const constraint = command.subtype === 'AT_AddConstraint' ? as(command.def, 'Constraint') : undefined;
  if (!constraint || constraint.skip_validation || constraint.is_enforced === false) return null;
  return constraint.contype === 'CONSTR_FOREIGN' || constraint.contype === 'CONSTR_CHECK' ? constraint : null;
}

/** What finds the rows that break it. */
function offenders({ alter, text }: Subcommand, constraint: Constraint): string {
  const table = quoteRange(alter.relation);
  if (constraint.contype === 'CONSTR_CHECK')
    return `SELECT * FROM ${table} WHERE NOT ${/\bCHECK\s*(\([\s\S]*\))/i.exec(text)?.[1] ?? '(...)'}`;
  const columns = words(constraint.fk_attrs);
  const others = words(constraint.pk_attrs);
  const pairs = columns.map((column, at) => `o.${quote(others[at] ?? 'id')} = t.${quote(column)}`).join(' AND ');
  return `SELECT ${quoteList(columns)} FROM ${table} t WHERE NOT EXISTS (SELECT FROM ${quoteRange(constraint.pktable)} o WHERE ${pairs}) AND ${columns.map((column) => `t.${quote(column)} IS NOT NULL`).join(' AND ')}`;
}
