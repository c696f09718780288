/** The section `monitor` of an environment, and thresholds as people write them. */
import { z } from 'zod';
import type { MonitorPolicy, Threshold } from '../contract';
import { UsageError } from '../errors';
import { command, duration, durationMs, envName } from './quantities';

/** Broxiva's alert thresholds, verbatim: the defaults of `monitor.thresholds`. */
const SEED_THRESHOLDS = {
  critical: ['cpu_usage > 90%', 'memory_usage > 90%', 'connection_pool > 95%', 'error_rate > 5%'],
  warning: ['cpu_usage > 80%', 'memory_usage > 85%', 'query_time_p95 > 1000ms', 'error_rate > 1%'],
};

const METRIC = /^[a-z][a-z0-9_]*$/;
const THRESHOLD = /^([a-z][a-z0-9_]*)\s*([<>])\s*(\d+(?:\.\d+)?)\s*(%|ms)?$/;
const threshold = () =>
  z.string().regex(THRESHOLD, 'a threshold such as "cpu_usage > 90%" or "query_time_p95 > 1000ms"');

export const monitorSchema = z
  .strictObject({
    duration: duration().default('30m'),
    interval: duration().default('30s'),
    thresholds: z
      .strictObject({ critical: z.array(threshold()).default([]), warning: z.array(threshold()).default([]) })
      .default(SEED_THRESHOLDS),
    metrics: z
      .record(
        z.string().regex(METRIC, 'the name of a metric: small letters, digits and "_", such as cpu_usage'),
        z.strictObject({
          command: command().describe('Program and arguments that print one number, in the unit of the threshold.'),
          env: z.array(envName()).default([]).describe('Environment variables that it is given.'),
        }),
      )
      .default({})
      .describe("Metrics of your own, or in place of Lockkeeper's. docs/OPERATIONS.md has the contract."),
  })
  .prefault({});

export interface MonitorConfig extends MonitorPolicy {
  /** Programs that print a metric, with the names of the variables that they are given. */
  metrics: { metric: string; command: string[]; env: string[] }[];
}

export function toMonitor({
  duration: length,
  interval,
  thresholds,
  metrics,
}: z.infer<typeof monitorSchema>): MonitorConfig {
  return {
    durationMs: durationMs(length),
    intervalMs: durationMs(interval),
    thresholds: [
      ...thresholds.critical.map((text) => parseThreshold('critical', text)),
      ...thresholds.warning.map((text) => parseThreshold('warning', text)),
    ],
    metrics: Object.entries(metrics).map(([metric, source]) => ({ metric, ...source })),
  };
}

function parseThreshold(level: Threshold['level'], text: string): Threshold {
  const match = THRESHOLD.exec(text);
  if (!match) throw new UsageError(`"${text}" is not a threshold.`);
  const [, metric = '', op = '>', value = '0', unit = ''] = match;
  return { level, metric, op: op as Threshold['op'], value: Number(value), unit: unit as Threshold['unit'] };
}
