/** The section `monitor` of an environment, and thresholds as people write them. */
import { z } from 'zod';
import type { Threshold } from '../contract';
import { UsageError } from '../errors';
import { duration, durationMs } from './quantities';

/** Broxiva's alert thresholds, verbatim: the defaults of `monitor.thresholds`. */
const SEED_THRESHOLDS = {
  critical: ['cpu_usage > 90%', 'memory_usage > 90%', 'connection_pool > 95%', 'error_rate > 5%'],
  warning: ['cpu_usage > 80%', 'memory_usage > 85%', 'query_time_p95 > 1000ms', 'error_rate > 1%'],
};

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
  })
  .prefault({});

export interface MonitorConfig {
  durationMs: number;
  intervalMs: number;
  thresholds: Threshold[];
}

export function toMonitor({ duration: length, interval, thresholds }: z.infer<typeof monitorSchema>): MonitorConfig {
  return {
    durationMs: durationMs(length),
    intervalMs: durationMs(interval),
    thresholds: [
      ...thresholds.critical.map((text) => parseThreshold('critical', text)),
      ...thresholds.warning.map((text) => parseThreshold('warning', text)),
    ],
  };
}

function parseThreshold(level: Threshold['level'], text: string): Threshold {
  const match = THRESHOLD.exec(text);
  if (!match) throw new UsageError(`"${text}" is not a threshold.`);
  const [, metric = '', op = '>', value = '0', unit = ''] = match;
  return { level, metric, op: op as Threshold['op'], value: Number(value), unit: unit as Threshold['unit'] };
}
