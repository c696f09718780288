import type { MonitorSummary } from '../contract';

export interface MetricSummary {
  metric: string;
  /** Samples that had a value. */
  samples: number;
  min: number;
  median: number;
  max: number;
}

/** One line a metric that had data, in the order of first appearance. */
export function summarizeMetrics(monitor: MonitorSummary): MetricSummary[] {
  const names = new Set(monitor.samples.flatMap((sample) => Object.keys(sample.values)));
  return [...names].flatMap((metric) => {
    const values = monitor.samples.map((sample) => sample.values[metric]).filter((value) => typeof value === 'number');
    return values.length === 0 ? [] : [summarize(metric, values)];
  });
}

function summarize(metric: string, values: number[]): MetricSummary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { metric, samples: sorted.length, min: at(0), median, max: at(sorted.length - 1) };
}
