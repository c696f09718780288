/** A failed statement in words: what, where, SQLSTATE; never a row's data. */
import type { Blocker } from '../contract';
import { ApplicationFailure, bounded, FailureType, permanent } from '../errors';
import { canRunInTransaction } from '../policy/statements';
import { withoutLiterals } from '../policy/statements/scan';
import { plural } from '../policy/words';
import { blockerInWords } from './lock-queue';
import { DatabaseError } from './postgres';
import type { ParsedStatement } from './sql-parser';

/** Details of a Statement or LockTimeout failure. */
export interface StatementFailureDetails {
  migration: string;
  line: number;
  sqlstate: string;
  /** Who held what the statement needed, where it failed for a lock. */
  blockers: Blocker[];
}

/** SQLSTATEs of locks that did not come and of conflicts with others: another attempt may fare better. */
export const RETRIED: ReadonlySet<string> = new Set(['55P03', '40P01', '40001']);

/** Not every code of the system's: a full disk is no lost connection. */
const NETWORK = /^(ECONN[A-Z]+|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|EAI_AGAIN)$/;

/** The server is out of reach or went away. After that nobody knows what was committed: markers decide. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(57P0[1-5]|25P03|08)/.test(error.code ?? '');
  if (error instanceof ApplicationFailure) return error.type === FailureType.TargetUnavailable && !error.nonRetryable;
  if ((error as Error).name === 'AbortError') return false;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return (
    NETWORK.test(code) ||
    /Connection terminated|not queryable|Client has encountered a connection error|closed the connection/i.test(message)
  );
}

export function statementFailure(
  error: unknown,
  migration: string,
  statement: ParsedStatement,
  attempts: number,
  blockers: Blocker[] = [],
  boundMs: number | null = null,
): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const sqlstate = error.code ?? 'XX000';
  const details: StatementFailureDetails = { migration, line: statement.line, sqlstate, blockers };
  const where = `${migration}, line ${statement.line}`;
  if (sqlstate === '55P03') {
    const left = canRunInTransaction(statement)
      ? 'nothing of this segment was written'
      : 'what it may have begun is finished or taken back by the next attempt or the undo';
    return permanent(
      FailureType.LockTimeout,
      `${where}: no lock within the budget (${plural(attempts, 'attempt')}); ${left}. ${heldBy(blockers)}`,
      details,
    );
  }
  if (sqlstate === '57014' && boundMs !== null)
    return permanent(
      FailureType.Statement,
      `${where}: it ran for longer than ${Math.round(boundMs / 1000)} s, its budget from the rehearsal, while it held a lock that the application needs; it was stopped, and nothing of this segment was written.`,
      details,
    );
  const rows =
    statement.findRows !== undefined && sqlstate.startsWith(INTEGRITY)
      ? ` Find the rows: ${withoutLiterals(statement.findRows)}`
      : '';
  return permanent(FailureType.Statement, `${where}: ${withoutData(error)} (SQLSTATE ${sqlstate}).${rows}`, details);
}

/** Class 23: the rows that are there break the constraint. */
const INTEGRITY = '23';

function heldBy([first, ...others]: Blocker[]): string {
  if (!first) return 'Who held it was gone before it could be named; try again at a quieter time.';
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `In the way: ${blockerInWords(first)}${more}; wait for it or end it, and try again.`;
}

/** Characters of the server's own words, at most: the place and the SQLSTATE stand around them. */
const MAX_WORDS = 1_000;

/**
 * PostgreSQL puts row values in DETAIL always and in the message of data exceptions (class 22) often; both stay out of
 * history, logs and reports.
 */
export function withoutData(error: DatabaseError): string {
  return bounded(
    error.code?.startsWith('22') ? error.message.replace(/"(?:[^"]|"")*"/g, '"…"') : error.message,
    MAX_WORDS,
  );
}
