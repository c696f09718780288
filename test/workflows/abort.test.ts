/** Stopping a deployment: by an abort that a person signed, or by a cancellation in Temporal. */
import { Bench } from './support/bench';
import { ALICE, BOB, type Deployment } from './support/deployment';
import { ALL_STEPS, cancelled, failing, HEALTHY, held, HOUR, LOSSY, plan, planned } from './support/stubs';
import { permanent } from '../../src/errors';

const ASKING = planned({ approval: { required: 1, expiryMs: HOUR } });

/** Step 2 of 3 works until it is cancelled. */
function endlessAt(step: number, ...afterwards: (() => void)[]) {
  return {
    applyStep: (...[input, request]: Parameters<typeof HEALTHY.applyStep>) =>
      request.step.index === step ? cancelled(...afterwards) : HEALTHY.applyStep(input, request),
    assessUndo: () => Promise.resolve({ ...ALL_STEPS, steps: [1, 0] }),
  };
}

const stepBegun = (deployment: Deployment, step: number) =>
  deployment.until(`step ${step} runs`, ({ steps }) => steps[step]?.state === 'running');

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

test('before the approval it ends, and nothing is migrated', async () => {
  const deployment = await bench.deploy(ASKING);
  await deployment.asked();
  await deployment.abort(ALICE, 'wrong database');
  const { outcome, status } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'aborted',
    summary: 'Aborted by alice: wrong database. Nothing was migrated.',
    failure: { phase: 'approve', type: 'Aborted' },
  });
  expect(deployment.story).not.toContain('recheck');
  expect(status.audit).toEqual([
    expect.objectContaining({ person: ALICE, verdict: 'abort', accepted: true, reason: 'wrong database' }),
  ]);
});

test('what was asked is not asked any more', async () => {
  const report = held<string[]>([]);
  const deployment = await bench.deploy({ ...ASKING, writeReport: report.activity });
  await deployment.asked();
  const late = await deployment.signed(BOB, 'approve');
  await deployment.abort(ALICE);
  await deployment.begun('writeReport');
  expect((await deployment.status()).approval).toBeNull();
  expect(await deployment.refusal(deployment.send(late))).toBe('The deployment has ended.');
  report.release();
  await deployment.ended();
});

test('while a backup is taken, the backup is cancelled', async () => {
  const deployment = await bench.deploy({ backup: () => cancelled() });
  await deployment.begun('backup');
  await deployment.abort(ALICE);
  expect((await deployment.ended()).outcome).toMatchObject({ status: 'aborted', failure: { phase: 'backup' } });
  expect(deployment.story).not.toContain('rehearse');
});

test('while a step runs, it is cancelled, comes to rest, and only then is everything undone', async () => {
  const order: string[] = [];
  const deployment = await bench.deploy({
    ...endlessAt(1, () => order.push('step at rest')),
    assessUndo: () => Promise.resolve(order.push('undo assessed')).then(() => ({ ...ALL_STEPS, steps: [1, 0] })),
  });
  await stepBegun(deployment, 1);
  await deployment.abort(ALICE, 'users complain');
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'rolled-back',
    failure: { phase: 'migrate', type: 'Aborted', message: 'Aborted by alice: users complain.' },
  });
  expect(order).toEqual(['step at rest', 'undo assessed']);
  expect(deployment.argsOf('reverseStep').map(([, step]) => step)).toEqual([1, 0]);
});

test('while it is watched, everything is undone', async () => {
  const deployment = await bench.deploy();
  await deployment.until('it is watched', ({ monitor }) => monitor !== null);
  await deployment.abort(ALICE);
  expect((await deployment.ended()).outcome).toMatchObject({
    status: 'rolled-back',
    failure: { phase: 'monitor', type: 'Aborted' },
  });
});

test('an abort that comes with the last sample is heard', async () => {
  const watched = await Bench.timeSkipping([require.resolve('./fixtures/abort-with-sample')]);
  try {
    const monitor = { ...plan().monitor, durationMs: 0 };
    const deployment = await watched.deploy(planned({ monitor }));
    await deployment.until('the last sample is taken', () => deployment.argsOf('sample').length === 2);
    await deployment.abort(ALICE);
    const { outcome, status } = await deployment.ended();
    expect(status.audit).toEqual([expect.objectContaining({ verdict: 'abort', accepted: true })]);
    expect(outcome).toMatchObject({ status: 'rolled-back', failure: { phase: 'monitor', type: 'Aborted' } });
  } finally {
    await watched.close();
  }
});

test('an abort does not overrule a step that needs a person', async () => {
  const deployment = await bench.deploy(
    endlessAt(1, () => {
      throw permanent('NeedsHuman', 'The catalog holds something that no marker explains.');
    }),
  );
  await stepBegun(deployment, 1);
  await deployment.abort(ALICE);
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'needs-human',
    summary: 'The catalog holds something that no marker explains.',
  });
  expect(deployment.story).not.toContain('assessUndo');
});

test.each([
  [
    'is forged',
    (deployment: Deployment) =>
      deployment.signed(ALICE, 'abort').then(({ decision }) => ({ decision, signature: '00' })),
    'The decision is not signed.',
  ],
  [
    'was signed as an approval',
    (deployment: Deployment) => deployment.signed(ALICE, 'approve'),
    'The decision is not an abort.',
  ],
])('an abort that %s is refused, and the deployment goes on', async (_, envelope, reason) => {
  const deployment = await bench.deploy(ASKING);
  await deployment.asked();
  await deployment.handle.signal('abort', await envelope(deployment));
  await deployment.until('the abort is judged', ({ audit }) => audit.length === 1);
  await deployment.decide(BOB);
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  expect(status.audit[0]).toMatchObject({ accepted: false, reason });
});

test('an abort that cannot be verified is refused, and the deployment goes on', async () => {
  const deployment = await bench.deploy({
    ...ASKING,
    verifyDecision: (input, signed) =>
      signed.decision.verdict === 'abort' ? failing('Configuration', 'The key is gone.')() : Promise.resolve(null),
  });
  await deployment.asked();
  await deployment.abort(ALICE);
  await deployment.until('the abort is judged', ({ audit }) => audit.length === 1);
  await deployment.decide(BOB);
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  expect(status.audit[0]).toMatchObject({
    accepted: false,
    reason: 'The decision could not be verified: The key is gone.',
  });
});

test('an undo under way goes on, and the abort is told so', async () => {
  const reversal = held({ step: 0, state: 'reversed' as const, detail: '', kept: [] });
  const deployment = await bench.deploy({ verify: failing('HealthCheck', 'Sick.'), reverseStep: reversal.activity });
  await deployment.begun('reverseStep');
  await deployment.abort(ALICE);
  const { audit } = await deployment.until('the abort is judged', (status) => status.audit.length === 1);
  expect(audit[0]).toMatchObject({ accepted: false, reason: 'The deployment is being undone already.' });
  reversal.release();
  expect((await deployment.ended()).outcome).toMatchObject({ status: 'rolled-back', failure: { type: 'HealthCheck' } });
});

describe('a cancellation in Temporal', () => {
  test('before anything is written ends the deployment as aborted', async () => {
    const deployment = await bench.deploy(ASKING);
    await deployment.asked();
    await deployment.handle.cancel();
    const { outcome } = await deployment.ended();
    expect(outcome).toMatchObject({
      status: 'aborted',
      summary: 'The workflow was cancelled in Temporal. Nothing was migrated.',
    });
    expect(deployment.story).toContain('writeReport');
  });

  test('while a step runs undoes what was done', async () => {
    const deployment = await bench.deploy(endlessAt(1));
    await stepBegun(deployment, 1);
    await deployment.handle.cancel();
    expect((await deployment.ended()).outcome).toMatchObject({ status: 'rolled-back', failure: { type: 'Aborted' } });
    expect(deployment.argsOf('reverseStep').map(([, step]) => step)).toEqual([1, 0]);
  });

  test('during an undo does not stop the undo', async () => {
    const reversal = held({ step: 0, state: 'reversed' as const, detail: '', kept: [] });
    const deployment = await bench.deploy({ verify: failing('HealthCheck', 'Sick.'), reverseStep: reversal.activity });
    await deployment.begun('reverseStep');
    await deployment.handle.cancel();
    reversal.release();
    const { outcome } = await deployment.ended();
    expect(outcome).toMatchObject({ status: 'rolled-back', failure: { type: 'HealthCheck' } });
    expect(deployment.argsOf('reverseStep').map(([, step]) => step)).toEqual([2, 1, 0]);
    expect(deployment.story.at(-1)).toBe('writeReport');
  });

  test('leaves people able to approve a lossy undo', async () => {
    const deployment = await bench.deploy({ ...endlessAt(1), assessUndo: () => Promise.resolve(LOSSY) });
    await stepBegun(deployment, 1);
    await deployment.handle.cancel();
    await deployment.asked('rollback');
    expect(await deployment.decide(ALICE)).toMatchObject({ state: 'approved' });
    expect((await deployment.ended()).outcome.status).toBe('rolled-back');
  });
});

test('every deployment of this file replays', () => bench.replayAll());
