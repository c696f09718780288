import { transactionControl } from '../statements';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { Finding, Hazard, HazardContext } from './hazard';

/** A file that brings its own transaction is run as it is written. */
export const hazard: Hazard = {
  id: 'own-transaction',
  docs: 'https://www.postgresql.org/docs/current/sql-begin.html',
  onlineForm: false,
  on: ['TransactionStmt'],
  detect(statement, context) {
    const message = judge(statement, context);
    return message === null ? [] : [message];
  },
};

function judge(statement: ParsedStatement, { steps, position, inOwnTransaction }: HazardContext): Finding | null {
  const control = transactionControl(statement);
  const finding = (severity: Finding['severity'], message: string): Finding => ({ severity, message, saferSql: null });
  if (control === 'begin') {
    const ends = steps.slice(position + 1).some((later) => endsTransaction(later.statement));
    return ends
      ? finding('info', 'The file brings its own transaction: it runs as it is written, without online forms.')
      : finding('danger', 'BEGIN without COMMIT: the migration would be recorded, and nothing of it kept.');
  }
  if (control === 'rollback')
    return finding('danger', 'ROLLBACK undoes what the file did before, and the migration counts as applied.');
  return control === 'commit' && !inOwnTransaction
    ? finding('warning', 'COMMIT without BEGIN keeps what stands before it, even when what follows fails.')
    : null;
}

function endsTransaction(statement: ParsedStatement): boolean {
  const control = transactionControl(statement);
  return control === 'commit' || control === 'rollback';
}
