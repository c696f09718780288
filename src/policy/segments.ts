/** Cuts a script into segments: the units that commit as one and carry one marker. */
import type { ParsedStatement } from '../adapters/sql-parser';
import type { BlockingStatement, ExecutionForm } from '../contract';
import { onlinePieces, type Piece } from './online';
import {
  canRunInTransaction,
  describe,
  endsImplicitTransaction,
  enumValueAdded,
  partTransactionModes,
  readsRows,
  scriptContext,
  transactionControl,
  usesLiteral,
  type LockMode,
} from './statements';
import { LockSet, strength } from './statements/locks';

/** A lock that others feel: on a relation that was there before. */
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
  /**
   * Taken by its statements, the strongest of each relation, in the order of the plan's `busy`; empty when nobody will
   * notice the segment.
   */
  locks: BusyLock[];
  /**
   * True where all of them are taken before its first statement: there are several of them or of its statements, and none
   * of these lasts so long that the locks of later ones should not be held meanwhile.
   */
  locksFirst: boolean;
  /** Only of a part of a statement's online form: how to leave nothing of the statement, should this part fail. */
  takeBack?: TakeBack;
}

export interface TakeBack {
  /** Each runs for itself, not in a transaction with others. */
  sql: string[];
  /** The segments of which nothing is left then. */
  segments: number[];
}

/** For scripts that nobody planned, reversals among them: nothing is known of the tables that they touch. */
export const AS_WRITTEN: ExecutionForm = { execution: 'as-written', busy: [], blocking: [], together: [] };

/** Every statement is in exactly one segment, in the file's order; but a COMMIT without BEGIN only parts two of them. */
export function segmentsOf(statements: ParsedStatement[], form: ExecutionForm): Segment[] {
  const cutter = new Cutter(statements, form);
  const segments = cutter.cut();
  for (const segment of segments) cutter.takeLocks(segment);
  return segments;
}

/** How many they are; for whoever need not know what they lock. */
export function segmentCount(statements: ParsedStatement[], form: ExecutionForm): number {
  return new Cutter(statements, form).cut().length;
}

class Cutter {
  private readonly segments: Segment[] = [];
  private open: Segment | null = null;
  /** What statements of the open segment have left for after it. */
  private later: Begun[] = [];
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
      else if (this.blocking.get(statement.index)?.online) this.placeOnline(statement);
      else this.place(statement);
    }
    return this.segments;
  }

  takeLocks(segment: Segment): void {
    const place = ({ relation }: BusyLock): number => this.form.busy.indexOf(relation);
    const locks = strongest(segment.statements.flatMap((statement) => this.locksOf(statement)));
    segment.locks = locks.sort((one, other) => place(one) - place(other));
    segment.locksFirst = takesLocksFirst(segment);
  }

  private continueOwn(own: Segment, statement: ParsedStatement): void {
    own.statements.push(statement);
    const control = transactionControl(statement);
    if (control === 'commit' || control === 'rollback') this.open = null;
  }

  private place(statement: ParsedStatement): void {
    if (transactionControl(statement) === 'begin') {
      this.open = this.start('own-transaction', statement);
    } else if (endsImplicitTransaction(statement)) {
      this.finish();
    } else if (!canRunInTransaction(statement)) {
      this.start('single', statement);
      this.open = null;
    } else {
      if (this.beginsAnew(statement)) this.open = null;
      if (this.open) this.open.statements.push(statement);
      else this.open = this.start('transaction', statement);
      if (this.endsItsSegment(statement)) this.finish();
    }
  }

  private placeOnline(statement: ParsedStatement): void {
    const [first, ...others] = onlinePieces(statement) ?? [];
    if (!first) throw new Error(`Line ${statement.line} has no online form, but its plan says so.`);
    if (this.beginsAnew(statement)) this.open = null;
    const shared = this.open;
    for (const part of first.statements) {
      if (this.open) this.open.statements.push(part);
      else this.open = this.start(first.kind, part);
    }
    const segments =
      first.gone && !shared && this.rangeOf(statement.index) === undefined ? [this.segments.length - 1] : [];
    this.later.push({ pieces: others, segments });
    if (this.endsItsSegment(statement)) this.finish();
  }

  private finish(): void {
    this.open = null;
    for (const { pieces, segments } of this.later.splice(0)) {
      for (const { kind, statements, takeBack, gone } of pieces) {
        const [first, ...others] = statements as [ParsedStatement, ...ParsedStatement[]];
        const segment = this.start(kind, first);
        segment.statements.push(...others);
        if (gone) segments.push(segment.index);
        if (takeBack.length > 0) segment.takeBack = { sql: takeBack, segments: [...segments] };
      }
    }
  }

  private start(kind: Segment['kind'], statement: ParsedStatement): Segment {
    const statements = [statement];
    const segment: Segment = { index: this.segments.length, kind, statements, locks: [], locksFirst: false };
    this.segments.push(segment);
    return segment;
  }

  /** A part of an online form locks a part of what the whole would have. */
  private locksOf(statement: ParsedStatement): BlockingStatement['locks'] {
    const blocking = this.blocking.get(statement.index);
    if (!blocking?.online) return blocking?.locks ?? [];
    const { locks } = describe(statement, scriptContext());
    return blocking.locks.flatMap(({ relation }) => {
      const taken = locks.find(
        (lock) => isSame(lock.relation, relation) && strength(lock.mode) >= strength('ShareLock'),
      );
      return taken ? [{ relation, mode: taken.mode }] : [];
    });
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
    const blocking = this.blocking.get(index);
    return this.form.execution === 'online' && blocking !== undefined && blocking.alone !== false;
  }

  private rangeOf(index: number): [number, number] | undefined {
    return this.form.together.find(([first, last]) => first <= index && index <= last);
  }
}

/** A segment's transaction. */
export interface Bracket {
  /** BEGIN, and what must come ahead of every query: the isolation level. */
  begin: string[];
  inner: ParsedStatement[];
  commit: string;
}

/** A file's own BEGIN and COMMIT are executed as written. */
export function bracketOf({ kind, statements }: Segment): Bracket {
  const own = kind === 'own-transaction';
  const [begin, commit] = own ? [statements[0]?.text, statements.at(-1)?.text] : [];
  const [inner, modes] = partTransactionModes(own ? statements.slice(1, -1) : statements);
  return { begin: [begin ?? 'BEGIN', ...modes.map(({ text }) => text)], inner, commit: commit ?? 'COMMIT' };
}

function takesLocksFirst(segment: Segment): boolean {
  if (segment.kind === 'single' || segment.locks.length === 0) return false;
  const { inner } = bracketOf(segment);
  if (inner.length + segment.locks.length < 3) return false;
  const script = scriptContext();
  return !inner.slice(0, -1).some((statement) => readsRows(statement) || describe(statement, script).scans);
}

interface Begun {
  pieces: Piece[];
  /** Those of its segments that taking back leaves nothing of. */
  segments: number[];
}

/** A relation as a statement writes it, and quoted and qualified. */
function isSame(written: string, quoted: string): boolean {
  const plain = quoted.slice(1, -1).replaceAll('""', '"');
  return plain.replace('"."', '.') === written || plain.split('"."').at(-1) === written;
}

function strongest(locks: BlockingStatement['locks']): BusyLock[] {
  const set = new LockSet();
  for (const { relation, mode } of locks) set.add(relation, mode as LockMode);
  return set.list();
}

/** A new enum value may be used only after the transaction that added it has committed (PostgreSQL >= 12). */
function usedLater(statement: ParsedStatement, all: ParsedStatement[]): boolean {
  const added = enumValueAdded(statement);
  return added !== null && all.slice(statement.index + 1).some((later) => usesLiteral(later, added.value));
}
