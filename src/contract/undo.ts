/** How a deployment is undone, and what that cost. */

/** How a person wants a deployment undone; `auto` lets the facts decide. */
export const ROLLBACK_STRATEGIES = ['auto', 'reverse', 'restore'] as const;
export type RollbackStrategy = (typeof ROLLBACK_STRATEGIES)[number];

/**
 * `reverse`: the steps' reversals, newest first. `restore-side-by-side`: that, and what the deployment itself destroyed is brought
 * from its backup beside the live rows. `restore-swap`: the backup, restored into a new database, takes the old one's name.
 * `forward-fix`: the database is fully new and stays so. `needs-human`: it is in between, and nothing more is written.
 */
export type RollbackAction =
  'nothing-to-undo' | 'reverse' | 'forward-fix' | 'restore-side-by-side' | 'restore-swap' | 'needs-human';

/** Rows of one table or column that an undo takes out of the live database; null where nobody can tell how many. */
export interface RowCost {
  relation: string;
  rows: number | null;
  /** False where nothing keeps them: nobody can tell which rows they are. */
  kept?: false;
}

/** One way of undoing, also where it was not chosen. */
export interface RollbackOption {
  action: RollbackAction;
  /** Why it cannot be gone, in one sentence; null where it can. */
  refusal: string | null;
  takes: RowCost[];
}

/** How a deployment is undone, decided by facts. */
export interface RollbackPlan {
  action: RollbackAction;
  reason: string;
  takes: RowCost[];
  /** A person must say yes to it first. */
  approval: boolean;
  options: RollbackOption[];
}

/** What is left of a deployment, and how it is undone. */
export interface UndoAssessment {
  /** Steps that left something behind, newest first. */
  steps: number[];
  plan: RollbackPlan;
  /** sha256 over what a person who approves it was shown. */
  digest: string;
}

/** A restored backup that could take the live database's place, and what that would cost. */
export interface SwapReadiness {
  /** Why it cannot, in one sentence; null where it can. */
  refusal: string | null;
  /** Id of the backup. */
  backup: string;
  /** Rows written, changed or deleted since the backup, exactly; null where what the deployment did there itself hides it. */
  takes: RowCost[];
  /** sha256 over what a person who approves it was shown. */
  digest: string;
}

export interface SwapResult {
  /** `changed`: the price is no longer what was approved, or something stands in the way by now; nothing was exchanged. */
  state: 'exchanged' | 'changed';
  /** What the old database is called. */
  kept: string;
  /** Rows that are only in it; while nothing is exchanged, what the exchange would cost. */
  takes: RowCost[];
}

/** One step's undo. */
export interface ReversalResult {
  step: number;
  state: 'reversed' | 'nothing-to-undo' | 'failed';
  detail: string;
  /** Rows that the undo has kept in schema `lockkeeper_salvage` so far. */
  kept: RowCost[];
}

export interface CompensationSummary {
  state: 'clean' | 'needs-human';
  reversals: ReversalResult[];
  schemaRestored: boolean | null;
  /** Rows in schema `lockkeeper_salvage`: taken out of the live tables, or brought from the backup. */
  kept: RowCost[];
  /** What the old database is called where another took its name; null where none did. */
  oldDatabase: string | null;
  detail: string;
}
