/**
 * SET NOT NULL -> a check that the column is not null, NOT VALID and then validated, is PostgreSQL's proof: SET NOT NULL
 * reads no row then, and the check goes in the same transaction.
 */
import type { AlterTableCmd } from '@pgsql/types';
import { quote, quoteRange } from '../hazards/sql';
import type { Part, Parts, Subcommand, SubcommandForm } from './alter-table';
import { validation } from './checked-constraint';
import { fitsName } from './piece';

export const notNull: SubcommandForm = {
  parts(subcommand) {
    const { command, text } = subcommand;
    if (command.subtype !== 'AT_SetNotNull') return null;
    return proven(subcommand, command.name ?? '', 0, [{ command, text }]);
  },
  refusal: () => null,
};

/** The proof that a column holds no null, and what is declared upon it. */
export function proven(subcommand: Subcommand, column: string, number: number, last: Part[]): Parts {
  const name = proofName(subcommand.place, number, column);
  const drop = `DROP CONSTRAINT ${quote(name)}`;
  const findRows = `SELECT * FROM ${quoteRange(subcommand.alter.relation)} WHERE ${quote(column)} IS NULL`;
  return {
    quick: [
      {
        text: `ADD CONSTRAINT ${quote(name)} CHECK (${quote(column)} IS NOT NULL) NOT VALID`,
        command: check(name, column),
      },
    ],
    beside: [validation(subcommand, name, findRows)],
    last,
    tidy: [{ text: drop, command: { subtype: 'AT_DropConstraint', name, behavior: 'DROP_RESTRICT' } }],
    takeBack: { quick: [`${subcommand.head} DROP CONSTRAINT IF EXISTS ${quote(name)}`], beside: [] },
  };
}

/** Its name stands in PostgreSQL's message when a row breaks it. */
function proofName(place: number, number: number, column: string): string {
  const name = `lockkeeper_${place}_${number}_${column}_not_null`;
  return fitsName(name) ? name : `lockkeeper_${place}_${number}_not_null`;
}

function check(conname: string, column: string): AlterTableCmd {
  const reference = { ColumnRef: { fields: [{ String: { sval: column } }] } };
  const raw_expr = { NullTest: { arg: reference, nulltesttype: 'IS_NOT_NULL' as const } };
  const constraint = { contype: 'CONSTR_CHECK' as const, conname, raw_expr, skip_validation: true, is_enforced: true };
  return { subtype: 'AT_AddConstraint', def: { Constraint: constraint }, behavior: 'DROP_RESTRICT' };
}
