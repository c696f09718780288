/** The decision data of a deployment: computed by an activity, carried by the workflow, bound to the approval. */

export type Severity = 'info' | 'warning' | 'danger';
export type Risk = 'none' | 'low' | 'medium' | 'high';

/** `policy.block`: the least severity of a hazard that stops a deployment. */
export const BLOCK_LEVELS = ['danger', 'warning', 'never'] as const;
export type BlockLevel = (typeof BLOCK_LEVELS)[number];

/** One danger of one statement, as the plan tells it. */
export interface HazardFinding {
  id: string;
  severity: Severity;
  /** 1-based line in the migration's file. */
  line: number;
  message: string;
  /** The safe way to write it, or null where only a different design is safe. */
  saferSql: string | null;
  /** `online` where the executor already runs the statement in a form that takes the danger away. */
  handledBy: 'online' | null;
}

/** One pending migration, as the workflow carries it (the statements themselves stay in the file). */
export interface PlannedMigration {
  name: string;
  /** sha256 of the file's bytes, hex: the checksum Prisma's history keeps. */
  checksum: string;
  statements: number;
  segments: number;
  hazards: HazardFinding[];
  form: ExecutionForm;
}

/**
 * How a file is executed. Decided once, in the plan, and part of its digest: with the file's bytes it says every statement
 * that runs, whatever the database has become by then.
 */
export interface ExecutionForm {
  /** `online`: what blocks others runs in a form that does not, where the end state is the same. */
  execution: 'online' | 'as-written';
  /**
   * Relations that were there before the deployment and that the file locks against writers, views against readers; quoted
   * and qualified, as `to_regclass()` takes them: `"public"."User"`. In the order in which a transaction locks them.
   */
  busy: string[];
  /** The statements that take those locks, in the file's order. */
  blocking: BlockingStatement[];
  /** First and last of statements that commit together all the same: what one of them drops, another makes again. */
  together: [number, number][];
}

export interface BlockingStatement {
  /** 0-based place in the file. */
  statement: number;
  /** As the file writes it; `mode` is PostgreSQL's name, `ShareLock` or stronger. */
  locks: { relation: string; mode: string }[];
  /** True where its online form runs instead. */
  online: boolean;
  /**
   * False where it may share a transaction all the same: none of the relations has rows, and nothing in the file lasts. A
   * form that an earlier version decided does not say: none of its statements may.
   */
  alone?: boolean;
}

/** A unit of execution and of undo: one activity, one reversal. Quiet migrations share one. */
export interface PlanStep {
  index: number;
  migrations: string[];
}

export interface ApprovalPolicy {
  /** Distinct people who must approve; 0 asks nobody. */
  required: number;
  /** Milliseconds until an unanswered request expires. */
  expiryMs: number;
}

export interface MonitorPolicy {
  durationMs: number;
  intervalMs: number;
  thresholds: Threshold[];
}

/** One line of `monitor.thresholds`: `critical: cpu_usage > 90%` is `{level: 'critical', metric: 'cpu_usage', op: '>', value: 90, unit: '%'}`. */
export interface Threshold {
  level: 'critical' | 'warning';
  metric: string;
  op: '>' | '<';
  value: number;
  unit: '%' | 'ms' | '';
}

/** Daily maintenance window; `from` later than `to` crosses midnight. */
export interface MaintenanceWindow {
  /** 0 = Sunday ... 6 = Saturday; empty = every day. The day is that of the opening. */
  days: number[];
  /** Minutes after midnight, as the clocks of the zone show it. */
  from: number;
  to: number;
  /** IANA name of the time zone: `UTC`, `Europe/Berlin`. */
  zone: string;
}

/** On the restored backup, on one with part of the rows of its largest tables, on its schema alone, or not at all. */
export const REHEARSAL_MODES = ['full', 'sample', 'schema-only', 'off'] as const;
export type RehearsalMode = (typeof REHEARSAL_MODES)[number];

/** The decision data of a deployment, computed by an activity and carried by the workflow. */
export interface Plan {
  /** sha256 over files, order, execution form and policy: what an approval is bound to. */
  digest: string;
  risk: Risk;
  migrations: PlannedMigration[];
  steps: PlanStep[];
  totals: SchemaTotals;
  approval: ApprovalPolicy;
  window: MaintenanceWindow | null;
  monitor: MonitorPolicy;
  backup: boolean;
  rehearsal: RehearsalMode;
  /** Slack is configured: the deployment is announced and can be approved there. */
  slack: boolean;
}

/** What the pending migrations create. */
export interface SchemaTotals {
  tables: number;
  columns: number;
  indexes: number;
  enums: number;
  foreignKeys: number;
}
