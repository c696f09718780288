/** What a rehearsal measured, and what follows from it: the bounds that production keeps, and what people are shown. Pure. */
import type { HeldLock, RehearsalFigures, StatementBudget, StatementFigure, UnforeseenLock } from '../contract';
import type { Segment } from './segments';
import { strength, type LockMode } from './statements/locks';

export interface MeasuredLock {
  /** `schema.name`. */
  relation: string;
  mode: LockMode;
}

/** One statement on a copy of the database. */
export interface MeasuredStatement {
  /** 0-based place in its segment, as the executor counts. */
  statement: number;
  line: number;
  /** So many times the rows that it had there, of the table that lacks most of those that its transaction touched; 1 where none lacks any. */
  scale: number;
  durationMs: number;
  /** Written to the server's WAL meanwhile, by whomever. */
  walBytes: number;
  /** Those that its transaction did not hold before, on tables that were there before the rehearsal; outside a transaction nobody can tell. */
  locks: MeasuredLock[];
  /** Of those locks, the ones that others feel and that the plan did not foresee. */
  unforeseen: UnforeseenLock[];
  /** Tables that were there before and have another file now. */
  rewrites: string[];
}

export interface MeasuredSegment {
  migration: string;
  segment: number;
  /** The plan knows of a lock in it that others feel. */
  planned: boolean;
  /** Of its temporary files; null where the server does not tell. */
  tempBytes: number | null;
  statements: MeasuredStatement[];
}

/** A lock that the application's own statements would wait for. */
export function isFelt(mode: string): boolean {
  return strength(mode) >= strength('ShareLock');
}

/** An estimate where rows were lacking: most of what lasts does something to each row. */
function fullMs({ durationMs, scale }: Pick<MeasuredStatement, 'durationMs' | 'scale'>): number {
  return Math.round(durationMs * scale * 10) / 10;
}

function fullBytes({ walBytes, scale }: MeasuredStatement): number {
  return Math.round(walBytes * scale);
}

/** From the statement that took a lock to the end of its segment, which commits: without the looks between them. */
export function heldLocks({ migration, statements }: MeasuredSegment): HeldLock[] {
  return statements.flatMap(({ line, locks }, place) => {
    const heldMs = sum(statements.slice(place).map(fullMs));
    return locks.filter(({ mode }) => isFelt(mode)).map((lock) => ({ migration, line, ...lock, heldMs }));
  });
}

/** Times that a statement may take of what it took on the copy, while others wait for it. */
const MARGIN = 10;
/** A checkpoint or a cold cache takes longer than most statements. */
const SHORTEST_BUDGET_MS = 5_000;

/**
 * Of the statements of each segment that holds a lock which others feel. Left out is what keeps the shortest budget, which
 * a segment has anyway where the plan knows of its lock.
 */
function budgets(segments: MeasuredSegment[]): StatementBudget[] {
  return segments.flatMap((measured) => {
    const { migration, segment, planned, statements } = measured;
    if (!planned && heldLocks(measured).length === 0) return [];
    return statements
      .map((each) => ({ migration, segment, statement: each.statement, ms: budgetMs(fullMs(each)) }))
      .filter(({ ms }) => !planned || ms > SHORTEST_BUDGET_MS);
  });
}

/** Milliseconds that a statement may run in production while others wait for it; null where nobody does. */
export function budgetOf(budgets: StatementBudget[], { index, locks }: Segment, statement: number): number | null {
  const kept = budgets.find((each) => each.segment === index && each.statement === statement);
  return kept?.ms ?? (locks.length > 0 ? SHORTEST_BUDGET_MS : null);
}

function budgetMs(durationMs: number): number {
  return Math.max(SHORTEST_BUDGET_MS, Math.ceil(MARGIN * durationMs));
}

/** As many of each as people read, and as a history carries. */
const TOLD = 5;

export function figures(segments: MeasuredSegment[], withRows: boolean): RehearsalFigures {
  const statements = segments.flatMap(({ migration, statements: all }) => all.map((each) => ({ migration, ...each })));
  const rewrites = statements.flatMap(({ migration, line, rewrites: tables }) =>
    tables.map((relation) => ({ migration, line, relation })),
  );
  const unforeseen = statements.flatMap((statement) => statement.unforeseen);
  const temp = segments.flatMap(({ tempBytes, statements: all }) =>
    tempBytes === null ? [] : tempBytes * Math.max(1, ...all.map(({ scale }) => scale)),
  );
  return {
    statements: statements.length,
    durationMs: sum(statements.map(fullMs)),
    walBytes: sum(statements.map(fullBytes)),
    tempBytes: temp.length === 0 ? null : sum(temp),
    slowest: most(statements.map(figure), ({ durationMs }) => durationMs),
    locks: most(segments.flatMap(heldLocks), ({ heldMs }) => heldMs),
    rewrites: { count: rewrites.length, first: rewrites.slice(0, TOLD) },
    unforeseen: { count: unforeseen.length, first: unforeseen.slice(0, TOLD) },
    budgets: withRows ? budgets(segments) : null,
  };
}

function figure(statement: MeasuredStatement & Pick<MeasuredSegment, 'migration'>): StatementFigure {
  const { migration, line } = statement;
  return { migration, line, durationMs: fullMs(statement), walBytes: fullBytes(statement) };
}

function most<T>(all: T[], by: (each: T) => number): T[] {
  return all.toSorted((a, b) => by(b) - by(a)).slice(0, TOLD);
}

function sum(numbers: number[]): number {
  return Math.round(numbers.reduce((total, each) => total + each, 0) * 10) / 10;
}
