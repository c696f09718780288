/** Cuts a script into segments: the units that commit as one and carry one marker. */
import type { ParsedStatement } from '../adapters/sql-parser';
import type { BlockingStatement, ExecutionForm } from '../contract';
import { canRunInTransaction, enumValueAdded, transactionControl, usesLiteral, type LockMode } from './statements';
import { LockSet } from './statements/locks';

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
  /** Taken by its statements, the strongest of each relation; empty when nobody will notice the segment. */
  locks: BusyLock[];
}

/** For scripts that nobody planned, reversals among them: nothing is known of the tables that they touch. */
export const AS_WRITTEN: ExecutionForm = { execution: 'as-written', busy: [], blocking: [], together: [] };

/** Every statement is in exactly one segment, in the file's order. */
export function segmentsOf(statements: ParsedStatement[], form: ExecutionForm): Segment[] {
  return new Cutter(statements, form).cut();
}

class Cutter {
  private readonly segments: Segment[] = [];
  private open: Segment | null = null;
  private readonly blocking: Map<number, BlockingStatement>;

  constructor(
    private readonly statements: ParsedStatement[],
    private readonly form: ExecutionForm,
  ) {
    this.blocking = new Map(form.blocking.map((each) => [each.statement, each]));
  }

  cut(): Segment[] {
    for (const statement of this.statements) {
      if (this.open?.kind === 'own-transaction') this.continueOwn(this.open, statement);
      else this.place(statement);
    }
    return this.segments;
  }

  private continueOwn(own: Segment, statement: ParsedStatement): void {
    this.add(own, statement);
    const control = transactionControl(statement);
    if (control === 'commit' || control === 'rollback') this.open = null;
  }

  private place(statement: ParsedStatement): void {
    if (transactionControl(statement) === 'begin') {
      this.open = this.start('own-transaction', statement);
    } else if (!canRunInTransaction(statement)) {
      this.start('single', statement);
      this.open = null;
    } else {
      if (this.beginsAnew(statement)) this.open = null;
      if (this.open) this.add(this.open, statement);
      else this.open = this.start('transaction', statement);
      if (this.endsItsSegment(statement)) this.open = null;
    }
  }

  private start(kind: Segment['kind'], statement: ParsedStatement): Segment {
    const segment: Segment = { index: this.segments.length, kind, statements: [], locks: [] };
    this.segments.push(segment);
    this.add(segment, statement);
    return segment;
  }

  private add(segment: Segment, statement: ParsedStatement): void {
    segment.statements.push(statement);
    segment.locks = merged(segment.locks, this.blocking.get(statement.index)?.locks ?? []);
  }

  /** What blocks others holds its locks for itself alone: nothing before it in the transaction, nothing after it. */
  private beginsAnew({ index }: ParsedStatement): boolean {
    const range = this.rangeOf(index);
    return range ? range[0] === index : this.standsAlone(index);
  }

  private endsItsSegment(statement: ParsedStatement): boolean {
    if (usedLater(statement, this.statements)) return true;
    const range = this.rangeOf(statement.index);
    return range ? range[1] === statement.index : this.standsAlone(statement.index);
  }

  private standsAlone(index: number): boolean {
    return this.form.execution === 'online' && this.blocking.has(index);
  }

  private rangeOf(index: number): [number, number] | undefined {
    return this.form.together.find(([first, last]) => first <= index && index <= last);
  }
}

function merged(locks: BusyLock[], more: BlockingStatement['locks']): BusyLock[] {
  if (more.length === 0) return locks;
  const set = new LockSet();
  for (const { relation, mode } of [...locks, ...more]) set.add(relation, mode as LockMode);
  return set.list();
}

/** A new enum value may be used only after the transaction that added it has committed (PostgreSQL >= 12). */
function usedLater(statement: ParsedStatement, all: ParsedStatement[]): boolean {
  const added = enumValueAdded(statement);
  return added !== null && all.slice(statement.index + 1).some((later) => usesLiteral(later, added.value));
}
