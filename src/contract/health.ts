/** Whether the database does well after migrating. */
import type { Threshold } from './plan';

export interface HealthCheck {
  name: string;
  /** `warn`: it could not be told, which is no reason to undo, and not fine either. */
  status: 'pass' | 'warn' | 'fail' | 'skipped';
  evidence: string;
}

export interface MetricSample {
  /** ISO 8601. */
  at: string;
  /** Metric name -> value in the threshold's unit; null = no data. */
  values: Record<string, number | null>;
  /** Running totals since the server started, from which the next sample's rates are made. */
  counters: { commits: number; rollbacks: number };
}

export interface MonitorSummary {
  verdict: 'healthy' | 'breached' | 'inconclusive';
  samples: MetricSample[];
  breaches: { at: string; threshold: Threshold; value: number }[];
  /** Metrics with a threshold and no data: inconclusive, never fine. */
  withoutData: string[];
}
