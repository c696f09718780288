/** The whole plan as `lockkeeper plan --json` prints it; the workflow carries the smaller `Plan` of the contract. */
import type { CheckResult, ExecutionForm, HazardFinding, PlanStep, Risk, SchemaTotals } from '../contract';

export interface LockPrediction {
  /** Qualified as the file writes it, without quotes. */
  relation: string;
  /** PostgreSQL's name of the mode, `AccessExclusiveLock`. */
  mode: string;
}

export interface StatementPlan {
  /** 1-based line of its first token. */
  line: number;
  /** `CREATE INDEX`, `ALTER TABLE ADD COLUMN`, ... */
  kind: string;
  locks: LockPrediction[];
  /** True when a table is rewritten. */
  rewrites: boolean;
  /** True when every row of a table that was there before is read, to check it or to copy it, while the locks are held. */
  scans: boolean;
  /** False for what cannot run inside a transaction block. */
  transactional: boolean;
  /** What of it reaches beyond the database, in SQL's words: it is never run on a copy. Null where nothing is seen to. */
  beyond: string | null;
  /** What runs instead of it, one an entry; null where it runs as written. */
  online: string[] | null;
  /** Why it blocks others although statements of its kind have an online form; null for all others. */
  asWritten: string | null;
  /** Queries for the rows that would make it fail, literals left out; they must find none. */
  findRows: string[];
}

/** What a migration adds to the schema. */
export interface Additions extends Omit<SchemaTotals, 'tables'> {
  /** Names as the file writes them, without quotes. */
  tables: string[];
}

export interface MigrationPlan {
  name: string;
  checksum: string;
  hazards: HazardFinding[];
  statements: StatementPlan[];
  segments: number;
  form: ExecutionForm;
  creates: Additions;
  /**
   * `none`: it does what no look at the schema shows, and nothing can prove that it is undone; `reason` says what, null for the others.
   * `lossy`: the migration itself drops rows or values, and no reversal brings them back.
   */
  reversal: { kind: 'down.sql' | 'inverses' | 'none'; reason: string | null; lossy: boolean };
}

/** How the live schema differs from what its applied migrations make, as far as Prisma models a schema. */
export interface Drift {
  /** SQL that somebody must have run by hand; null without a difference. */
  sql: string | null;
  /** Statements in it. */
  statements: number;
  /** Why it could not be told; null when it could. */
  unknown: string | null;
}

export interface FullPlan {
  environment: string;
  target: string;
  digest: string;
  risk: Risk;
  migrations: MigrationPlan[];
  steps: PlanStep[];
  totals: SchemaTotals;
  checklist: CheckResult[];
  /** Null where no database was asked. */
  drift: Drift | null;
}
