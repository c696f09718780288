/** Cuts a script into segments: the units that commit as one and carry one marker. */
import type { ParsedStatement } from '../adapters/sql-parser';
import { canRunInTransaction, enumValueAdded, transactionControl, usesLiteral, type LockMode } from './statements';

/** A lock that others feel: on a relation that holds rows and was there before. */
export interface BusyLock {
  /** Quoted and qualified, as `to_regclass()` takes it. */
  relation: string;
  mode: LockMode;
}

export interface Segment {
  /** 0-based place in the script. */
  index: number;
  /**
   * `transaction`: we open and commit; `own-transaction`: the file's own BEGIN ... COMMIT, executed as written;
   * `single`: one statement that cannot run in a transaction, settled by the catalog after a crash.
   */
  kind: 'transaction' | 'own-transaction' | 'single';
  statements: ParsedStatement[];
  /** Taken by its statements; empty when nobody will notice the segment. */
  locks: BusyLock[];
}

/** Every statement is in exactly one segment, in the file's order. */
export function segmentsOf(statements: ParsedStatement[]): Segment[] {
  const segments: Segment[] = [];
  let open: Segment | null = null;
  const start = (kind: Segment['kind'], statement: ParsedStatement): Segment => {
    const segment: Segment = { index: segments.length, kind, statements: [statement], locks: [] };
    segments.push(segment);
    return segment;
  };
  for (const statement of statements) {
    if (open?.kind === 'own-transaction') {
      open.statements.push(statement);
      const control = transactionControl(statement);
      if (control === 'commit' || control === 'rollback') open = null;
    } else if (transactionControl(statement) === 'begin') {
      open = start('own-transaction', statement);
    } else if (!canRunInTransaction(statement)) {
      start('single', statement);
      open = null;
    } else if (open) {
      open.statements.push(statement);
    } else {
      open = start('transaction', statement);
    }
    if (open?.kind === 'transaction' && usedLater(statement, statements)) open = null;
  }
  return segments;
}

/** A new enum value may be used only after the transaction that added it has committed (PostgreSQL >= 12). */
function usedLater(statement: ParsedStatement, all: ParsedStatement[]): boolean {
  const added = enumValueAdded(statement);
  return added !== null && all.slice(statement.index + 1).some((later) => usesLiteral(later, added.value));
}
