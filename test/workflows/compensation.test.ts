/** What a deployment that failed in production takes back, and when it leaves that to a person. */
import { transient } from '../../src/errors';
import { Bench } from './support/bench';
import { ALICE, BOB, type Deployment } from './support/deployment';
import { ALL_STEPS, failing, FACTS, HEALTHY, HOUR, LOSSY, MINUTE, NOTHING, planned, stuck } from './support/stubs';

/** Step 2 of 3 fails in this way; the undo finds what the first two left. */
const failingAt = (step: number, type: Parameters<typeof failing>[0] = 'Statement') => ({
  applyStep: (...[input, request]: Parameters<typeof HEALTHY.applyStep>) =>
    request.step.index === step ? failing(type, 'It went wrong.')() : HEALTHY.applyStep(input, request),
  assessUndo: () => Promise.resolve({ ...ALL_STEPS, steps: [1, 0] }),
});

const reversed = (deployment: Deployment): unknown[] => deployment.argsOf('reverseStep').map(([, step]) => step);

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

test.each(['Statement', 'LockTimeout', 'MigrationLockHeld', 'Changed', 'TargetUnavailable'] as const)(
  'a step that fails with %s is undone with those before it, newest first',
  async (type) => {
    const deployment = await bench.deploy(failingAt(1, type));
    const { outcome, status } = await deployment.ended();
    expect(outcome).toMatchObject({
      status: 'rolled-back',
      summary: 'It went wrong. 2 steps undone; the schema is as it was before.',
      failure: { phase: 'migrate', type, message: 'It went wrong.' },
    });
    expect(deployment.story.slice(deployment.story.indexOf('applyStep'))).toEqual([
      ...['applyStep', 'applyStep', 'assessUndo', 'reverseStep', 'reverseStep', 'schemaIs'],
      ...['dropScratch', 'writeReport'],
    ]);
    expect(deployment.argsOf('reverseStep')).toEqual([
      [deployment.id, 1],
      [deployment.id, 0],
    ]);
    expect(deployment.argsOf('schemaIs')).toEqual([[FACTS.schemaFingerprint, deployment.id]]);
    expect(status.compensation).toMatchObject({ state: 'clean', schemaRestored: true });
    expect(status.steps.map(({ state }) => state)).toEqual(['reversed', 'reversed', 'pending']);
  },
);

test('a step that a newer attempt has fenced off is left to that, with nothing undone', async () => {
  const deployment = await bench.deploy(failingAt(1, 'Fenced'));
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({ status: 'needs-human', failure: { phase: 'migrate', type: 'Fenced' } });
  expect(reversed(deployment)).toEqual([]);
});

test('a failure that passes is retried, and nothing is undone', async () => {
  let attempts = 0;
  const deployment = await bench.deploy({
    applyStep: (input, request) =>
      ++attempts < 3
        ? Promise.reject(transient('TargetUnavailable', 'Gone for a moment.'))
        : HEALTHY.applyStep(input, request),
  });
  expect((await deployment.ended()).outcome.status).toBe('deployed');
  expect(deployment.argsOf('applyStep')).toHaveLength(FACTS.pending.length + 2);
  expect(deployment.story).not.toContain('assessUndo');
});

test('when the undo cannot be registered, nothing is applied', async () => {
  const deployment = await bench.deploy({
    registerUndo: failing('Rehearsal', 'The reversals are not on this host.'),
    assessUndo: () => Promise.resolve(NOTHING),
  });
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'rolled-back',
    summary: 'The reversals are not on this host. Nothing had been written; the schema is as it was before.',
  });
  expect(deployment.story).not.toContain('applyStep');
  expect(deployment.story).not.toContain('reverseStep');
});

test('a step that nobody knows how to go on with is left as it is', async () => {
  const deployment = await bench.deploy(failingAt(1, 'NeedsHuman'));
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({ status: 'needs-human', summary: 'It went wrong.' });
  expect(deployment.story).not.toContain('assessUndo');
});

test('a reversal that fails leaves the older steps alone', async () => {
  const deployment = await bench.deploy({
    ...failingAt(2),
    assessUndo: () => Promise.resolve(ALL_STEPS),
    reverseStep: (input, undo, step) =>
      Promise.resolve({ step, state: step === 1 ? 'failed' : 'reversed', detail: 'the table is in use', kept: [] }),
  });
  const { outcome, status } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'needs-human',
    summary: 'It went wrong. Undoing 1_second failed: the table is in use',
    failure: { type: 'Statement' },
  });
  expect(reversed(deployment)).toEqual([2, 1]);
  expect(deployment.story).not.toContain('schemaIs');
  expect(status.compensation?.reversals).toHaveLength(2);
});

test('undone, but not what it was before: a person is needed', async () => {
  const deployment = await bench.deploy({ ...failingAt(1), schemaIs: () => Promise.resolve('different' as const) });
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('needs-human');
  expect(outcome.summary).toMatch(/the schema is not what it was before/);
  expect(status.compensation).toMatchObject({ state: 'needs-human', schemaRestored: false });
});

test.each(['forward-fix', 'needs-human'] as const)('without a way back (%s) nothing is undone', async (action) => {
  const deployment = await bench.deploy({
    ...failingAt(1),
    assessUndo: () => Promise.resolve(stuck(action, 'Step 2 has no proven reversal.')),
  });
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'needs-human',
    summary: 'It went wrong. Step 2 has no proven reversal. Nothing was undone.',
  });
  expect(reversed(deployment)).toEqual([]);
});

test('a database that is down is waited for: the undo goes on when it is back', async () => {
  const down = { until: 0 };
  const deployment = await bench.deploy({
    ...failingAt(1),
    reverseStep: (input, undo, step) =>
      down.until++ < 3 ? failing('TargetUnavailable', 'No answer.')() : HEALTHY.reverseStep(input, undo, step),
  });
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('rolled-back');
  expect(reversed(deployment)).toEqual([1, 1, 1, 1, 0]);
  const phase = status.phases.find(({ phase: name }) => name === 'compensate');
  expect(Date.parse(phase?.endedAt ?? '') - Date.parse(phase?.startedAt ?? '')).toBeGreaterThanOrEqual(15 * MINUTE);
});

test('an undo that never succeeds ends with a person, not in silence', async () => {
  const deployment = await bench.deploy({ ...failingAt(1), reverseStep: failing('TargetUnavailable', 'No answer.') });
  const { outcome, status } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'needs-human',
    summary: 'It went wrong. Undoing did not succeed: No answer.',
    failure: { type: 'Statement' },
  });
  expect(status.compensation).toMatchObject({ state: 'needs-human', reversals: [], detail: 'No answer.' });
  expect(reversed(deployment)).toEqual(Array(12).fill(1));
});

describe('when rows would be lost', () => {
  const lossy = (approval = { required: 0, expiryMs: HOUR }) => ({
    ...failingAt(2),
    ...planned({ approval }),
    assessUndo: () => Promise.resolve(LOSSY),
  });

  test('people are asked again, with the rows, and a yes undoes it', async () => {
    const deployment = await bench.deploy(lossy());
    const request = await deployment.asked('rollback');
    expect(request).toMatchObject({
      bindingDigest: LOSSY.digest,
      required: 1,
      note: 'Every step has a way back. Undoing takes away 7 rows of public.orders, and keeps them in schema lockkeeper_salvage.',
    });
    expect(reversed(deployment)).toEqual([]);
    await deployment.decide(ALICE);
    expect((await deployment.ended()).outcome.status).toBe('rolled-back');
    expect(reversed(deployment)).toEqual([2, 1, 0]);
  });

  test('the yes to the deployment is no yes to the loss, and who gave it may give this too', async () => {
    const deployment = await bench.deploy(lossy({ required: 2, expiryMs: HOUR }));
    await deployment.asked('deploy');
    await deployment.decide(ALICE);
    await deployment.decide(BOB);
    expect(await deployment.asked('rollback')).toMatchObject({ required: 2 });
    expect(await deployment.decide(ALICE)).toEqual({ state: 'waiting', approvals: 1, required: 2 });
    expect(reversed(deployment)).toEqual([]);
    await deployment.decide(BOB);
    expect((await deployment.ended()).outcome.status).toBe('rolled-back');
  });

  test('the one who asked for the deployment cannot approve the loss', async () => {
    const deployment = await bench.deploy(lossy());
    await deployment.asked('rollback');
    expect(await deployment.refusal(deployment.decide(deployment.input.requester))).toMatch('cannot approve it');
    await deployment.decide(ALICE, 'reject');
    await deployment.ended();
  });

  test.each([
    ['a no', async (deployment: Deployment) => void (await deployment.decide(ALICE, 'reject'))],
    ['no answer', () => Promise.resolve()],
  ])('%s leaves everything as it is', async (_, answer) => {
    const deployment = await bench.deploy(lossy());
    await deployment.asked('rollback');
    await answer(deployment);
    const { outcome } = await deployment.ended();
    expect(outcome).toMatchObject({
      status: 'needs-human',
      summary:
        'It went wrong. Undoing takes away 7 rows of public.orders, and keeps them in schema lockkeeper_salvage; nobody approved that, and nothing was undone.',
    });
    expect(reversed(deployment)).toEqual([]);
  });
});

test('what grows with the database has hours', async () => {
  const hours = async (deployment: Deployment): Promise<string[]> => {
    const { events } = await deployment.handle.fetchHistory();
    const scheduled = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: seen }) => (seen ? [seen] : []));
    const long = scheduled.filter(({ startToCloseTimeout }) => Number(startToCloseTimeout?.seconds) === 24 * 3600);
    return long.map(({ activityType }) => activityType?.name ?? '');
  };
  const deployment = await bench.deploy({ verify: failing('HealthCheck', 'Sick.') });
  await deployment.ended();
  const grows = ['backup', 'rehearse', 'recheck', 'verify', 'assessUndo'];
  expect(await hours(deployment)).toEqual(expect.arrayContaining(grows));
  const rollback = await bench.rollback();
  await rollback.asked('rollback');
  await rollback.decide(ALICE);
  await rollback.ended();
  expect(await hours(rollback)).toEqual(expect.arrayContaining(['rollbackBasis', 'assessUndo']));
});

test('every deployment of this file replays', () => bench.replayAll());
