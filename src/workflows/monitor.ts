/** monitor: durable timers, a sample at each, and the thresholds' verdict. */
import { isCancellation, sleep } from '@temporalio/workflow';
import type { MetricSample } from '../contract';
import { FailureType, permanent } from '../errors';
import { judgeSamples, lastingBreach, thresholdText } from '../policy/thresholds';
import { read } from './activity-options';
import { now, type Run } from './run';
import { plural } from '../policy/words';

/** Bounds a deployment's history, however long it watches. */
const MAX_SAMPLES = 80;

export async function monitor(run: Run): Promise<void> {
  const { durationMs, intervalMs } = run.known.plan.monitor;
  // The first is taken before the first interval.
  const every = Math.max(intervalMs, Math.ceil(durationMs / (MAX_SAMPLES - 1)));
  await run.phase(
    'monitor',
    () => watch(run, durationMs, every),
    () => watchedText(run),
  );
}

async function watch(run: Run, durationMs: number, every: number): Promise<void> {
  const { thresholds } = run.known.plan.monitor;
  const { baseline } = run.status;
  const samples: MetricSample[] = [];
  for (let left = durationMs; ; left -= every) {
    samples.push(await sample(run, samples.at(-1) ?? baseline, `sample ${samples.length + 1}`));
    const summary = (run.status.monitor = judgeSamples(samples, thresholds, baseline));
    const breach = lastingBreach(samples, thresholds, baseline);
    if (breach) {
      const seen = `it was ${breach.value}${breach.threshold.unit}, and over the limit twice in a row`;
      throw permanent(FailureType.ThresholdBreached, `${thresholdText(breach.threshold)}: ${seen}.`);
    }
    if (left <= 0) return;
    run.tell(`${Math.ceil(left / 1000)} s to watch, ${plural(summary.breaches.length, 'breach')}`);
    await sleep(Math.min(every, left), { summary: `until sample ${samples.length + 1}` });
  }
}

/** A sample that cannot be taken is no data, and no data is inconclusive. */
export async function sample(run: Run, previous: MetricSample | null, summary: string): Promise<MetricSample> {
  try {
    return await read.sample.executeWithOptions({ summary }, [run.input, previous?.counters ?? null]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    run.tell(run.failure(error).message);
    return { at: now(), values: {}, counters: previous?.counters ?? { commits: 0, rollbacks: 0 } };
  }
}

/** What watching found, for people. */
export function watchedText({ status: { monitor: summary } }: Run): string {
  if (!summary) return 'not at all';
  const without = summary.withoutData.length > 0 ? `, no data for ${summary.withoutData.join(', ')}` : '';
  return `${summary.verdict} over ${summary.samples.length} samples${without}`;
}
