import type { MetricSample, Threshold } from '../../src/contract';
import { judgeSamples, lastingBreach, thresholdText } from '../../src/policy/thresholds';

const ERRORS: Threshold = { level: 'critical', metric: 'error_rate', op: '>', value: 5, unit: '%' };
const FREE: Threshold = { level: 'critical', metric: 'free_connections', op: '<', value: 10, unit: '' };
const SLOW: Threshold = { level: 'warning', metric: 'query_time_p95', op: '>', value: 1000, unit: 'ms' };

let minute = 0;
const sample = (values: MetricSample['values']): MetricSample => ({
  at: `at ${minute++}`,
  values,
  counters: { commits: 0, rollbacks: 0 },
});
const errors = (...rates: (number | null)[]): MetricSample[] => rates.map((error_rate) => sample({ error_rate }));

describe('verdict', () => {
  const cases: [string, MetricSample[], Threshold[], MetricSample | null, string][] = [
    ['nothing over its limit', errors(0, 1, 2), [ERRORS], null, 'healthy'],
    ['exactly at the limit is not over it', errors(5, 5), [ERRORS], null, 'healthy'],
    ['once over the limit', errors(0, 6, 0), [ERRORS], null, 'healthy'],
    ['over the limit now, not before', errors(0, 6), [ERRORS], null, 'healthy'],
    ['twice, with a good one between', errors(6, 0, 6), [ERRORS], null, 'healthy'],
    ['twice, with no data between', errors(6, null, 6), [ERRORS], null, 'healthy'],
    ['twice in a row', errors(0, 6, 7), [ERRORS], null, 'breached'],
    ['twice in a row, and over', errors(6, 6, 0), [ERRORS], null, 'healthy'],
    [
      'twice in a row under a lower limit',
      [sample({ free_connections: 9 }), sample({ free_connections: 0 })],
      [FREE],
      null,
      'breached',
    ],
    [
      'a warning never breaches',
      [sample({ query_time_p95: 5000 }), sample({ query_time_p95: 5000 })],
      [SLOW],
      null,
      'healthy',
    ],
    ['what was so before the deployment', errors(6, 7, 8), [ERRORS], sample({ error_rate: 6 }), 'healthy'],
    ['a baseline without data excuses nothing', errors(6, 7), [ERRORS], sample({ error_rate: null }), 'breached'],
    ['a metric that nobody measures', errors(null, null), [ERRORS], null, 'inconclusive'],
    ['no sample at all', [], [ERRORS], null, 'inconclusive'],
    ['silence in the end', [sample({ error_rate: 0 }), sample({ error_rate: null })], [ERRORS], null, 'inconclusive'],
    ['one of two metrics without data', [sample({ error_rate: 0 })], [ERRORS, SLOW], null, 'healthy'],
  ];
  test.each(cases)('%s', (_, samples, thresholds, baseline, verdict) => {
    expect(judgeSamples(samples, thresholds, baseline).verdict).toBe(verdict);
  });
});

test('every breach is listed, warnings too, with its value and time', () => {
  const samples = [sample({ error_rate: 6, query_time_p95: 10 }), sample({ error_rate: 1, query_time_p95: 1001 })];
  expect(judgeSamples(samples, [ERRORS, SLOW], null).breaches).toEqual([
    { at: samples[0]?.at, threshold: ERRORS, value: 6 },
    { at: samples[1]?.at, threshold: SLOW, value: 1001 },
  ]);
});

test('metrics that were never measured are named once', () => {
  const warning: Threshold = { ...ERRORS, level: 'warning', value: 1 };
  const samples = [sample({ query_time_p95: 3 }), sample({ query_time_p95: null })];
  expect(judgeSamples(samples, [ERRORS, warning, SLOW], null).withoutData).toEqual(['error_rate']);
});

test('the lasting breach is the one that lasted, with its last value', () => {
  const samples = [sample({ error_rate: 6, free_connections: 50 }), sample({ error_rate: 9, free_connections: 1 })];
  expect(lastingBreach(samples, [FREE, ERRORS], null)).toEqual({ threshold: ERRORS, value: 9 });
  expect(lastingBreach(samples, [FREE], null)).toBeNull();
});

test('thresholds read as they are configured', () => {
  expect([ERRORS, FREE, SLOW].map(thresholdText)).toEqual([
    'error_rate > 5%',
    'free_connections < 10',
    'query_time_p95 > 1000ms',
  ]);
});
