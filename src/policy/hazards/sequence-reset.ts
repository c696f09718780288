import type { Node } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, find, relationOf, words } from '../statements/ast';
import { createdHere } from './names';
import { lines } from './sql';
import type { Hazard } from './hazard';

/** A sequence that is set forward does no harm; one that is set back to its start meets the rows that are there. */
export const hazard: Hazard = {
  id: 'sequence-reset',
  docs: 'https://www.postgresql.org/docs/current/sql-altersequence.html',
  onlineForm: false,
  on: ['AlterSeqStmt', 'SelectStmt'],
  detect(statement, context) {
    return sequencesReset(statement)
      .filter((name) => !createdHere(name, context) && !context.isNew(ownerOf(name)))
      .map((name) => ({
        severity: 'danger',
        message: `${name} begins again at its first number: inserts of the running version collide with the rows that bear it (23505), until the sequence is past them.`,
        saferSql: lines(
          `SELECT setval('${name}', (SELECT max(...) FROM ...));`,
          '-- with the column that it numbers, and its table',
        ),
      }));
  },
};

function sequencesReset({ node }: ParsedStatement): string[] {
  const alter = as(node, 'AlterSeqStmt');
  if (alter) {
    const restart = all(alter.options, 'DefElem').find(({ defname }) => defname === 'restart');
    return restart && isFirst(restart.arg) ? [relationOf(alter.sequence)] : [];
  }
  return find(node, 'FuncCall')
    .filter((call) => words(call.funcname).at(-1) === 'setval' && isFirst(call.args?.[1], false))
    .flatMap((call) => textOf(call.args?.[0]));
}

/** Left out, or the number 1. */
function isFirst(value: Node | undefined, absent = true): boolean {
  if (value === undefined) return absent;
  return as(value, 'Integer')?.ival === 1 || as(value, 'A_Const')?.ival?.ival === 1;
}

function textOf(node: Node | undefined): string[] {
  const constant = as(as(node, 'TypeCast')?.arg, 'A_Const') ?? as(node, 'A_Const');
  return constant?.sval?.sval === undefined ? [] : [constant.sval.sval.replaceAll('"', '')];
}

/** `User_id_seq` belongs to `User`: PostgreSQL's own way to name it. */
function ownerOf(sequence: string): string {
  return sequence.replace(/_[^_]+_seq$/, '');
}
