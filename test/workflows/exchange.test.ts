/** Undoing with the backup: the database exchanged for it, or rows brought from it. */
import { Bench } from './support/bench';
import { ALICE } from './support/deployment';
import { ALL_STEPS, by, FACTS, failing, HEALTHY, HOUR, STEPS } from './support/stubs';
import type { SwapReadiness, UndoAssessment } from '../../src/contract';

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

const basis = (assessment: UndoAssessment) => ({
  rollbackBasis: () =>
    Promise.resolve({
      assessment,
      instance: FACTS.instance,
      schemaFingerprint: FACTS.schemaFingerprint,
      steps: STEPS,
      contacts: { 'Database Team': '#database-team' },
      approval: { required: 1, expiryMs: HOUR },
      slack: false,
    }),
  assessUndo: () => Promise.resolve(assessment),
});
const SWAP = basis(by('restore-swap', true));
const ready = (rows: number, digest = 'x'): SwapReadiness => ({
  refusal: null,
  backup: 'backup-1',
  takes: [{ relation: 'public.orders', rows }],
  digest: digest.repeat(64),
});

test('the backup is restored, its exact price is asked about once, and then the names are exchanged', async () => {
  const rollback = await bench.rollback({ ...SWAP, prepareSwap: () => Promise.resolve(ready(7)) });
  expect(await rollback.asked('rollback')).toMatchObject({
    bindingDigest: 'x'.repeat(64),
    required: 1,
    note: 'Exchanging the database for backup-1 takes away 7 rows of public.orders, and keeps them in the database of today, under another name. Whoever is connected is disconnected for about a second.',
  });
  expect(rollback.story).not.toContain('swapDatabases');
  await rollback.decide(ALICE);
  const { outcome, status } = await rollback.ended();
  expect(outcome).toMatchObject({
    status: 'rolled-back',
    summary:
      'Rollback of deployment-0, asked for by rhea. The database was exchanged for backup-1; what it was until then is kept as broxiva_before. No row is only there.',
  });
  expect(rollback.argsOf('swapDatabases')).toEqual([['deployment-0', 'x'.repeat(64)]]);
  expect(rollback.story).not.toContain('reverseStep');
  expect(status.audit).toHaveLength(1);
});

test('more was written meanwhile: people are asked again before anything is exchanged', async () => {
  const prices = [ready(7), ready(700, 'y')];
  const rollback = await bench.rollback({
    ...SWAP,
    prepareSwap: () => Promise.resolve(prices.shift() ?? ready(700, 'y')),
    swapDatabases: (input, undo, approved) =>
      Promise.resolve({
        state: approved.startsWith('y') ? 'exchanged' : 'changed',
        kept: 'kept',
        takes: ready(700).takes,
      }),
  });
  await rollback.asked('rollback');
  await rollback.decide(ALICE);
  await rollback.until('it is asked again', ({ approval }) => approval?.bindingDigest === 'y'.repeat(64));
  await rollback.decide(ALICE);
  const { outcome } = await rollback.ended();
  expect(outcome.summary).toContain('is kept as kept. Only there: 700 rows of public.orders.');
});

test.each(['reject', null] as const)('without a yes (%s) nothing is exchanged', async (verdict) => {
  const rollback = await bench.rollback({ ...SWAP, prepareSwap: () => Promise.resolve(ready(7)) });
  await rollback.asked('rollback');
  if (verdict) await rollback.decide(ALICE, verdict);
  const { outcome } = await rollback.ended();
  expect(outcome).toMatchObject({ status: 'needs-human' });
  expect(outcome.summary).toContain('nobody approved that, and nothing was exchanged');
  expect(rollback.story).not.toContain('swapDatabases');
});

test('what the exchange would cut off refuses it, and nobody is asked', async () => {
  const refusal = 'The database cannot be exchanged: publication "feed" is not in it.';
  const rollback = await bench.rollback({ ...SWAP, prepareSwap: () => Promise.resolve({ ...ready(0), refusal }) });
  expect((await rollback.ended()).outcome).toMatchObject({
    status: 'needs-human',
    summary: `Rollback of deployment-0, asked for by rhea. ${refusal} Nothing was exchanged.`,
  });
});

test('exchanged, but not the schema from before: a person is needed', async () => {
  const rollback = await bench.rollback({ ...SWAP, schemaIs: () => Promise.resolve('different' as const) });
  await rollback.asked('rollback');
  await rollback.decide(ALICE);
  expect((await rollback.ended()).outcome.status).toBe('needs-human');
});

test('a session that does not end is tried again later', async () => {
  let tries = 0;
  const rollback = await bench.rollback({
    ...SWAP,
    swapDatabases: (...args) =>
      ++tries < 3 ? failing('TargetUnavailable', 'A session did not end.')() : HEALTHY.swapDatabases(...args),
  });
  await rollback.asked('rollback');
  await rollback.decide(ALICE);
  expect((await rollback.ended()).outcome.status).toBe('rolled-back');
  expect(tries).toBe(3);
});

test('a deployment brings back what it destroyed, after its steps are undone, without asking', async () => {
  const deployment = await bench.deploy({
    applyStep: failing('Statement', 'It went wrong.'),
    assessUndo: () => Promise.resolve({ ...by('restore-side-by-side'), steps: [0] }),
  });
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'rolled-back',
    summary:
      'It went wrong. 1 step undone; the schema is as it was before. Brought from the backup into schema lockkeeper_salvage: 3 rows of public.orders.note (salvage 1); "lockkeeper salvage restore" puts them back.',
  });
  expect(deployment.story.slice(-5)).toEqual(['reverseStep', 'schemaIs', 'bringBack', 'dropScratch', 'writeReport']);
});

test('when bringing it back does not succeed, a person is needed and knows that the schema is back', async () => {
  const deployment = await bench.deploy({
    applyStep: failing('Statement', 'It went wrong.'),
    assessUndo: () => Promise.resolve({ ...by('restore-side-by-side'), steps: ALL_STEPS.steps }),
    bringBack: failing('Backup', 'The backup is damaged.'),
  });
  const { outcome, status } = await deployment.ended();
  expect(outcome).toMatchObject({ status: 'needs-human' });
  expect(outcome.summary).toContain('The backup is damaged.');
  expect(status.compensation).toMatchObject({ schemaRestored: true });
});

test('every rollback of this file replays', () => bench.replayAll());
