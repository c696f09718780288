/** Migrating begins while the maintenance window is open, or not at all. */
import type { ApplyRequest } from '../../src/activities/apply';
import { Bench } from './support/bench';
import type { Deployment, Ended } from './support/deployment';
import { HOUR, MINUTE, planned } from './support/stubs';

const DAY = 24 * HOUR;

interface Story extends Ended {
  deployment: Deployment;
  opensAt: number;
}

/** Of a deployment whose window opens in an hour, for an hour, where time passes as `fixture` says. */
async function ended(fixture: string): Promise<Story> {
  const bench = await Bench.timeSkipping([require.resolve(`./fixtures/${fixture}`)]);
  try {
    const opensAt = Math.ceil((await bench.env.currentTimeMs()) / MINUTE) * MINUTE + HOUR;
    const from = (opensAt % DAY) / MINUTE;
    const deployment = await bench.deploy(
      planned({ window: { days: [], from, to: (from + 60) % (24 * 60), zone: 'UTC' } }),
    );
    const end = await deployment.ended();
    await bench.replayAll();
    return { ...end, deployment, opensAt };
  } finally {
    await bench.close();
  }
}

test('a window that has passed before a worker takes up is missed: it waits for the next', async () => {
  const { outcome, status, deployment, opensAt } = await ended('late-window');
  expect(outcome.status).toBe('deployed');
  const begun = Date.parse(status.phases.find(({ phase }) => phase === 'migrate')?.startedAt ?? '');
  expect(begun).toBeGreaterThanOrEqual(opensAt + DAY);
  expect(deployment.argsOf('recheck')).toHaveLength(1);
  // The first step is told of it, for it may wait for a worker as well; what has begun is finished.
  const [first, ...later] = deployment.argsOf('applyStep').map(([request]) => (request as ApplyRequest).window);
  expect(first).toEqual(status.plan?.window);
  expect(later.length).toBeGreaterThan(0);
  expect(later.every((window) => window === null)).toBe(true);
});

test('a check that outlasts the window is made again in the next, and given up after five', async () => {
  const { outcome, deployment } = await ended('slow-recheck');
  expect(outcome).toMatchObject({ status: 'failed', failure: { phase: 'recheck', type: 'WindowClosed' } });
  expect(outcome.summary).toMatch(/^The maintenance window closed 5 times before .* Nothing was migrated\.$/);
  expect(deployment.story).toEqual([
    'inspect',
    'plan',
    'backup',
    'rehearse',
    ...Array<'recheck'>(5).fill('recheck'),
    'dropScratch',
    'writeReport',
  ]);
});

test('a window that closes before the first step stops it there', async () => {
  const { outcome, deployment } = await ended('slow-register');
  expect(outcome).toMatchObject({ status: 'rolled-back', failure: { phase: 'migrate', type: 'WindowClosed' } });
  expect(deployment.story).not.toContain('applyStep');
});
