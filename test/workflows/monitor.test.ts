/** Verification and monitoring: what makes a deployment that was applied go back. */
import type { HealthCheck, MonitorPolicy } from '../../src/contract';
import { Bench } from './support/bench';
import { errorRates, failing, MINUTE, plan, planned } from './support/stubs';

const HALF_AN_HOUR: MonitorPolicy = { ...plan().monitor, durationMs: 30 * MINUTE };

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

test('watches for half an hour of its own time, which passes here in seconds', async () => {
  const startedAt = Date.now();
  const deployment = await bench.deploy(planned({ monitor: HALF_AN_HOUR }));
  const { outcome, status } = await deployment.ended();
  expect(outcome.summary).toMatch('watched: healthy over 61 samples.');
  const monitor = status.phases.find(({ phase }) => phase === 'monitor');
  const watched = Date.parse(monitor?.endedAt ?? '') - Date.parse(monitor?.startedAt ?? '');
  expect(watched).toBeGreaterThanOrEqual(30 * MINUTE);
  expect(watched).toBeLessThan(31 * MINUTE);
  expect(Date.now() - startedAt).toBeLessThan(15_000);
});

test.each([
  ['shorter than its interval', { durationMs: 10_000, intervalMs: 30_000 }, 2],
  ['that is no multiple of its interval', { durationMs: 70_000, intervalMs: 30_000 }, 4],
  ['of no time', { durationMs: 0, intervalMs: 30_000 }, 1],
  ['of a day, within the bound of a history', { durationMs: 24 * 60 * MINUTE, intervalMs: 1_000 }, 80],
])('a watch %s takes the samples it should', async (_, policy, samples) => {
  const deployment = await bench.deploy(planned({ monitor: { ...plan().monitor, ...policy } }));
  const { status } = await deployment.ended();
  expect(status.monitor?.samples).toHaveLength(samples);
});

test('the longest watch, told to Slack all along, stays within the bound of a history', async () => {
  const deployment = await bench.deploy(
    planned({ monitor: { ...plan().monitor, durationMs: 24 * 60 * MINUTE, intervalMs: 1_000 }, slack: true }),
  );
  await deployment.ended();
  const { events } = await deployment.handle.fetchHistory();
  expect(events?.length).toBeLessThan(2_000);
});

test('one breach is a blip', async () => {
  const deployment = await bench.deploy(errorRates(0, 0, 50, 0));
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  expect(status.monitor).toMatchObject({ verdict: 'healthy', breaches: [{ value: 50 }] });
});

test('a critical threshold breached twice in a row undoes the deployment', async () => {
  const deployment = await bench.deploy(errorRates(0, 0, 50));
  const { outcome, status } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'rolled-back',
    failure: {
      phase: 'monitor',
      type: 'ThresholdBreached',
      message: 'error_rate > 5%: it was 50%, and over the limit twice in a row.',
    },
  });
  expect(status.monitor).toMatchObject({ verdict: 'breached' });
  expect(deployment.argsOf('reverseStep').map(([, step]) => step)).toEqual([2, 1, 0]);
});

test('names the threshold that lasted, not the last one that was touched', async () => {
  const pools = [10, 99, 99];
  const deployment = await bench.deploy({
    ...planned({ monitor: { ...plan().monitor, thresholds: [...plan().monitor.thresholds].reverse() } }),
    sample: () => {
      const connection_pool = pools.shift() ?? 99;
      return Promise.resolve({
        at: '',
        values: { connection_pool, error_rate: pools.length === 0 ? 6 : 0 },
        counters: { commits: 0, rollbacks: 0 },
      });
    },
  });
  const { outcome } = await deployment.ended();
  expect(outcome.failure?.message).toBe('connection_pool > 95%: it was 99%, and over the limit twice in a row.');
});

test('what the baseline breached already is not held against the deployment', async () => {
  const deployment = await bench.deploy(errorRates(50));
  expect((await deployment.ended()).outcome.status).toBe('deployed');
});

test('a database that gives no samples is inconclusive, and no reason to undo', async () => {
  let samples = 0;
  const deployment = await bench.deploy({
    sample: () => {
      if (samples++ > 0) return failing('TargetUnavailable', 'No answer.')();
      return Promise.resolve({
        at: '',
        values: { error_rate: 0, connection_pool: 1 },
        counters: { commits: 1, rollbacks: 0 },
      });
    },
  });
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'deployed',
    summary: expect.stringContaining(
      'watched: inconclusive over 3 samples, no data for error_rate, connection_pool.',
    ) as string,
  });
});

test('a failed health check undoes the deployment; skipped ones do not', async () => {
  const checks = (status: HealthCheck['status']): HealthCheck[] => [
    { name: 'Prisma Client generation', status: 'skipped', evidence: 'Off.' },
    { name: 'Critical tables', status, evidence: 'orders cannot be read.' },
  ];
  const healthy = await bench.deploy({ verify: () => Promise.resolve(checks('pass')) });
  expect((await healthy.ended()).outcome.status).toBe('deployed');

  const sick = await bench.deploy({ verify: () => Promise.resolve(checks('fail')) });
  const { outcome, status } = await sick.ended();
  expect(outcome).toMatchObject({
    status: 'rolled-back',
    failure: { phase: 'verify', type: 'HealthCheck', message: 'Critical tables: orders cannot be read.' },
  });
  expect(status.health).toEqual(checks('fail'));
  expect(status.monitor).toBeNull();
});

test('every deployment of this file replays', () => bench.replayAll());
