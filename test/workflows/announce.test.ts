/** Slack is told, and never waited for. */
import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { DeploymentStatus } from '../../src/contract';
import { Bench } from './support/bench';
import type { Deployment } from './support/deployment';
import { failing, HEALTHY, held, MEASURED, MINUTE, plan, planned, PROVEN } from './support/stubs';
import { renderDeployment } from '../../src/adapters/slack/render';
import { forAnnouncement } from '../../src/policy/announcement';
import { AS_WRITTEN } from '../../src/policy/segments';
import { hazard, migration, UI_URL, waiting } from '../slack/deployment';

const SLACK = planned({ slack: true });

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

const announced = (deployment: Deployment): DeploymentStatus[] =>
  deployment.calls.filter(({ name }) => name === 'announce').map(({ args }) => args[0] as DeploymentStatus);

test('one message is posted, brought up to date, and has the last word', async () => {
  const deployment = await bench.deploy(SLACK);
  const { outcome } = await deployment.ended();
  const [first, ...later] = deployment.argsOf('announce');
  expect(first).toEqual([null]);
  expect(later.length).toBeGreaterThan(0);
  expect(later.every(([message]) => message !== null)).toBe(true);
  expect(announced(deployment).at(-1)?.outcome).toEqual(outcome);
  expect(deployment.argsOf('note')).toEqual([[outcome.summary, false]]);
});

test('what goes along is what the message shows, and no more', () => {
  const hazards = [{ ...hazard(), saferSql: 'CREATE INDEX CONCURRENTLY "i" ON "orders" ("id");'.repeat(500) }];
  const busy = Array.from({ length: 500 }, (_, at) => `"public"."orders_of_the_year_${at}"`);
  const form = { ...AS_WRITTEN, busy };
  const status = waiting({ rehearsal: { ...PROVEN, figures: MEASURED } });
  const full = { ...status, plan: plan({ migrations: [{ ...migration('0_first', hazards), form }] }) };
  const sent = forAnnouncement(full);
  expect(renderDeployment(sent, UI_URL)).toEqual(renderDeployment(full, UI_URL));
  expect(JSON.stringify(full).length).toBeGreaterThan(40_000);
  expect(JSON.stringify(sent).length).toBeLessThan(8_000);
});

test('a failure is shown in the channel too', async () => {
  const deployment = await bench.deploy({ ...SLACK, verify: failing('HealthCheck', 'Sick.') });
  const { outcome } = await deployment.ended();
  expect(outcome.status).toBe('rolled-back');
  expect(deployment.argsOf('note')).toEqual([[outcome.summary, true]]);
});

test('at most one call is under way, and they keep three seconds apart', async () => {
  const underWay = { now: 0, most: 0 };
  const scheduled: number[] = [];
  const deployment = await bench.deploy({
    ...SLACK,
    announce: async (status) => {
      underWay.most = Math.max(underWay.most, ++underWay.now);
      scheduled.push(Context.current().info.scheduledTimestampMs);
      await pause(20);
      underWay.now--;
      return { channel: status.input.deploymentId, ts: '1.0' };
    },
  });
  await deployment.ended();
  expect(underWay.most).toBe(1);
  // The last word is not kept waiting.
  const gaps = scheduled.slice(1, -1).map((at, index) => at - (scheduled[index] ?? 0));
  expect(gaps.length).toBeGreaterThan(1);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3_000);
});

test('Slack being down changes nothing, and it is told when it is back', async () => {
  let attempts = 0;
  const deployment = await bench.deploy({
    ...SLACK,
    announce: (status, message) =>
      ++attempts < 4 ? Promise.reject(new Error('ECONNREFUSED')) : HEALTHY.announce(status, message),
  });
  const { outcome } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  expect(attempts).toBeGreaterThanOrEqual(4);
  expect(deployment.argsOf('note')).toHaveLength(1);
});

test('a Slack that does not answer keeps nothing waiting', async () => {
  const slack = held({ channel: 'nowhere', ts: '1.0' });
  const deployment = await bench.deploy({ ...SLACK, announce: slack.activity });
  await deployment.until('it is watched', ({ phase }) => phase === 'monitor');
  expect(announced(deployment)).toHaveLength(1);
  slack.release();
  expect((await deployment.ended()).outcome.status).toBe('deployed');
});

test('a Slack that refuses everything costs no time, and the end three minutes at most', async () => {
  const deployment = await bench.deploy({ ...SLACK, announce: () => Promise.reject(new Error('invalid_auth')) });
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  const ended = (name: string): number => Date.parse(status.phases.find(({ phase }) => phase === name)?.endedAt ?? '');
  expect(ended('migrate') - Date.parse(status.phases[0]?.startedAt ?? '')).toBeLessThan(5_000);
  const { closeTime } = await deployment.handle.describe();
  expect(closeTime?.getTime()).toBeLessThanOrEqual(ended('report') + 3 * MINUTE);
  expect(deployment.argsOf('note')).toEqual([]);
});

test('without Slack nobody is told', async () => {
  const deployment = await bench.deploy(planned({ slack: false }));
  await deployment.ended();
  expect(deployment.calls.filter(({ name }) => name === 'announce' || name === 'note')).toEqual([]);
});

test('every deployment of this file replays', () => bench.replayAll());
