/** When a metric is a reason to roll back. Pure. */
import type { MetricSample, MonitorSummary, Threshold } from '../contract';

/** One bad sample is a blip, two in a row are a state. */
const CONSECUTIVE = 2;

/**
 * Judges the samples so far. A threshold that the baseline (taken before the deployment) already breached is not the
 * deployment's doing and only reported.
 */
export function judgeSamples(
  samples: MetricSample[],
  thresholds: Threshold[],
  baseline: MetricSample | null,
): MonitorSummary {
  const breaches = samples.flatMap((sample) =>
    thresholds.flatMap((threshold) => {
      const value = sample.values[threshold.metric] ?? null;
      return value !== null && exceeds(value, threshold) ? [{ at: sample.at, threshold, value }] : [];
    }),
  );
  const critical = lastingBreach(samples, thresholds, baseline) !== null;
  const withoutData = [...new Set(thresholds.map(({ metric }) => metric))].filter((metric) =>
    samples.every(({ values }) => (values[metric] ?? null) === null),
  );
  return { verdict: verdictOf(critical, withoutData, samples, thresholds), samples, breaches, withoutData };
}

/** The first critical threshold that the last samples all breach, with the value of the last; null when none does. */
export function lastingBreach(
  samples: MetricSample[],
  thresholds: Threshold[],
  baseline: MetricSample | null,
): { threshold: Threshold; value: number } | null {
  const lately = samples.slice(-CONSECUTIVE);
  const threshold = thresholds.find(
    (candidate) => candidate.level === 'critical' && !breachedBy(baseline, candidate) && holds(lately, candidate),
  );
  const value = threshold && lately.at(-1)?.values[threshold.metric];
  return threshold && typeof value === 'number' ? { threshold, value } : null;
}

/** No data at all is inconclusive; metrics without a source are listed beside a verdict on the others. */
function verdictOf(
  critical: boolean,
  withoutData: string[],
  samples: MetricSample[],
  thresholds: Threshold[],
): MonitorSummary['verdict'] {
  if (critical) return 'breached';
  const watched = new Set(thresholds.map(({ metric }) => metric)).size;
  const last = samples.at(-1);
  const silent = !last || Object.values(last.values).every((value) => value === null);
  return (watched > 0 && withoutData.length === watched) || silent ? 'inconclusive' : 'healthy';
}

function holds(lately: MetricSample[], threshold: Threshold): boolean {
  return lately.length === CONSECUTIVE && lately.every((sample) => breachedBy(sample, threshold));
}

function breachedBy(sample: MetricSample | null, threshold: Threshold): boolean {
  const value = sample?.values[threshold.metric] ?? null;
  return value !== null && exceeds(value, threshold);
}

function exceeds(value: number, { op, value: limit }: Threshold): boolean {
  return op === '>' ? value > limit : value < limit;
}

/** `cpu_usage > 90%`, as the configuration writes it. */
export function thresholdText({ metric, op, value, unit }: Threshold): string {
  return `${metric} ${op} ${value}${unit}`;
}
