/** Undoing an earlier deployment by hand. */
import { nextSteps } from '../../src/report/next-steps';
import { Bench } from './support/bench';
import { ALICE, BOB } from './support/deployment';
import { ALL_STEPS, failing, FACTS, HOUR, LOSSY, NOTHING, STEPS, stuck, taking } from './support/stubs';

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

/** What a rollback starts from: these steps are left, so many people must agree. */
const basis = (assessment = ALL_STEPS, required = 1) => ({
  rollbackBasis: () =>
    Promise.resolve({
      assessment,
      instance: FACTS.instance,
      schemaFingerprint: FACTS.schemaFingerprint,
      steps: STEPS,
      contacts: { 'Database Team': '#database-team' },
      approval: { required, expiryMs: HOUR },
      slack: false,
    }),
  assessUndo: () => Promise.resolve(assessment),
});

test('is approved, undoes newest first, and compares the schema with the one before', async () => {
  const rollback = await bench.rollback();
  const request = await rollback.asked('rollback');
  expect(request).toMatchObject({
    bindingDigest: ALL_STEPS.digest,
    note: 'Undoes 3 steps of deployment-0: 0_first, 1_second, 2_third.',
  });
  await rollback.decide(ALICE);
  const { outcome, status } = await rollback.ended();
  expect(outcome).toMatchObject({
    status: 'rolled-back',
    summary: 'Rollback of deployment-0, asked for by rhea. 3 steps undone; the schema is as it was before.',
  });
  expect(rollback.story).toEqual([
    'rollbackBasis',
    'assessUndo',
    'reverseStep',
    'reverseStep',
    'reverseStep',
    'schemaIs',
    'dropScratch',
    'writeReport',
  ]);
  expect(rollback.argsOf('reverseStep')).toEqual([2, 1, 0].map((step) => ['deployment-0', step]));
  expect(rollback.argsOf('schemaIs')).toEqual([[FACTS.schemaFingerprint, 'deployment-0']]);
  expect(status.compensation).toMatchObject({ state: 'clean', schemaRestored: true });
  expect(status.steps.map(({ state }) => state)).toEqual(['reversed', 'reversed', 'reversed']);
});

test('that fails names the migration, and whom to call', async () => {
  const failed = { step: 2, state: 'failed' as const, detail: 'Line 3: relation "orders" does not exist.', kept: [] };
  const rollback = await bench.rollback({ ...basis(), reverseStep: () => Promise.resolve(failed) });
  await rollback.asked('rollback');
  await rollback.decide(ALICE);
  const { outcome, status } = await rollback.ended();
  expect(outcome).toMatchObject({
    status: 'needs-human',
    summary: expect.stringContaining(`Undoing 2_third failed: ${failed.detail}`) as unknown,
  });
  expect(nextSteps(status).map(({ text }) => text)).toContain('Call: Database Team #database-team.');
});

test('of a deployment that left nothing has nothing to do', async () => {
  const rollback = await bench.rollback(basis(NOTHING));
  expect((await rollback.ended()).outcome).toMatchObject({
    status: 'up-to-date',
    summary: 'Deployment deployment-0 left nothing to undo.',
  });
});

test('with no way back asks nobody and undoes nothing', async () => {
  const rollback = await bench.rollback(basis(stuck('forward-fix', 'Step 2 has no proven reversal.')));
  expect((await rollback.ended()).outcome).toMatchObject({
    status: 'needs-human',
    summary: 'Step 2 has no proven reversal. Nothing was undone.',
  });
  expect(rollback.story).not.toContain('reverseStep');
});

test.each([
  ['rejected', 'reject'],
  ['aborted', 'abort'],
  ['expired', null],
] as const)('that is %s undoes nothing', async (status, verdict) => {
  const rollback = await bench.rollback();
  await rollback.asked('rollback');
  if (verdict === 'reject') await rollback.decide(ALICE, verdict);
  if (verdict === 'abort') await rollback.abort(ALICE);
  const { outcome } = await rollback.ended();
  expect(outcome.status).toBe(status);
  expect(rollback.story).not.toContain('reverseStep');
});

test('who asked for it cannot approve it', async () => {
  const rollback = await bench.rollback();
  await rollback.asked('rollback');
  expect(await rollback.refusal(rollback.decide(rollback.input.requester))).toMatch('cannot approve it');
  await rollback.ended();
});

test('of what never was deployed here fails', async () => {
  const rollback = await bench.rollback({
    rollbackBasis: failing('Configuration', 'Deployment deployment-0 never wrote to test/main.'),
  });
  expect((await rollback.ended()).outcome).toMatchObject({
    status: 'failed',
    failure: { phase: 'inspect', type: 'Configuration' },
  });
});

describe('that would lose rows', () => {
  const COST =
    'Undoes 3 steps of deployment-0: 0_first, 1_second, 2_third. It takes away 7 rows of public.orders, and keeps them in schema lockkeeper_salvage.';

  test('is asked about once, with the rows, of as many people as the environment asks', async () => {
    const rollback = await bench.rollback(basis(LOSSY, 2));
    expect(await rollback.asked('rollback')).toMatchObject({ bindingDigest: LOSSY.digest, required: 2, note: COST });
    expect(await rollback.decide(ALICE)).toMatchObject({ state: 'waiting' });
    await rollback.decide(BOB);
    const { outcome, status } = await rollback.ended();
    expect(outcome.status).toBe('rolled-back');
    expect(status.audit).toHaveLength(2);
  });

  test('is asked about again when more would be lost by then', async () => {
    const more = taking(8, 'm');
    const rollback = await bench.rollback({ ...basis(LOSSY, 2), assessUndo: () => Promise.resolve(more) });
    await rollback.asked('rollback');
    await rollback.decide(ALICE);
    await rollback.decide(BOB);
    const { approval } = await rollback.until(
      'it is asked again',
      (status) => status.approval?.bindingDigest === more.digest,
    );
    expect(approval).toMatchObject({
      required: 2,
      note: 'Every step has a way back. Undoing takes away 8 rows of public.orders, and keeps them in schema lockkeeper_salvage.',
    });
    expect(rollback.story).not.toContain('reverseStep');
    await rollback.decide(ALICE);
    await rollback.decide(BOB);
    expect((await rollback.ended()).outcome.status).toBe('rolled-back');
  });

  test('is asked about also where nobody need be asked', async () => {
    const rollback = await bench.rollback(basis(LOSSY, 0));
    expect(await rollback.asked('rollback')).toMatchObject({ required: 1, note: COST });
    expect((await rollback.ended()).outcome.status).toBe('expired');
    expect(rollback.story).not.toContain('reverseStep');
  });
});

test('every rollback of this file replays', () => bench.replayAll());
