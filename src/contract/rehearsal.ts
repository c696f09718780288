/** What a rehearsal measured, and what follows from it. */

/** The telling ones: `.lockkeeper/deployments/<id>/rehearsal.json` has every statement. */
export interface RehearsalFigures {
  statements: number;
  durationMs: number;
  /** Written to the server's WAL meanwhile: what others wrote there is in it. */
  walBytes: number;
  /** Of temporary files; null where the server does not tell (PostgreSQL 14). */
  tempBytes: number | null;
  /** Longest first. */
  slowest: StatementFigure[];
  /** Locks that others feel, held longest first. */
  locks: HeldLock[];
  rewrites: { count: number; first: { migration: string; line: number; relation: string }[] };
  /** Locks that others feel and that the plan did not foresee. */
  unforeseen: { count: number; first: UnforeseenLock[] };
  /**
   * What a statement may take in production while others wait for it; those that keep the shortest budget are left out.
   * Null without rows: nothing is bounded.
   */
  budgets: StatementBudget[] | null;
}

export interface StatementFigure {
  migration: string;
  line: number;
  durationMs: number;
  walBytes: number;
}

/** A table lock until the end of its transaction. */
export interface HeldLock {
  migration: string;
  /** Of the statement that took it. */
  line: number;
  /** `schema.name`. */
  relation: string;
  /** As pg_locks names it. */
  mode: string;
  heldMs: number;
}

export interface UnforeseenLock {
  migration: string;
  line: number;
  relation: string;
  mode: string;
  /** The strongest mode that the plan foresaw for the relation; null for none. */
  foreseen: string | null;
}

/** One statement of one segment, as the executor counts both. */
export interface StatementBudget {
  migration: string;
  segment: number;
  statement: number;
  ms: number;
}

/** What a rehearsal on part of the rows did not have. */
export interface RehearsalSample {
  /** The largest first. */
  tables: { count: number; first: SampledTable[] };
  /** Rules that new constraints make for rows, counted on all rows of the live database: nothing was in their way there. */
  counted: number;
  /** Those that nobody has held against all rows, each `<migration>, line <n>`: production is the first to. */
  unproven: { count: number; first: string[] };
}

/** A table of which not every row was restored. */
export interface SampledTable {
  /** `schema.name`. */
  table: string;
  rows: number;
  kept: number;
}
