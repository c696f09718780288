/** Who may say yes: by update, by signal, once a person, and only to what was shown. */
import { bindingOf } from '../../src/policy/approval';
import { decideUpdate } from '../../src/messages';
import { Bench } from './support/bench';
import { ALICE, BOB, type Deployment } from './support/deployment';
import { FACTS, held, HOUR, plan, planned, PROVEN } from './support/stubs';

const asking = (required: number) => planned({ approval: { required, expiryMs: 24 * HOUR } });

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

/** A deployment that waits for approval. */
async function waiting(required = 1): Promise<Deployment> {
  const deployment = await bench.deploy(asking(required));
  await deployment.asked();
  return deployment;
}

const told = async (deployment: Deployment): Promise<[string, boolean, string | null][]> =>
  (await deployment.status()).audit.map(({ person, accepted, reason }) => [person.name, accepted, reason]);

test('asks for what was shown: plan, schema and backup, until it expires', async () => {
  const deployment = await bench.deploy({
    ...asking(2),
    rehearse: () =>
      Promise.resolve({
        ...PROVEN,
        reversals: PROVEN.reversals.map((reversal, at) => ({ ...reversal, proven: at > 0 })),
      }),
  });
  const request = await deployment.asked();
  expect(request).toMatchObject({
    kind: 'deploy',
    bindingDigest: bindingOf(plan().digest, FACTS.schemaFingerprint, '1'.repeat(64)),
    required: 2,
    note: '1 step without a proven reversal.',
  });
  expect(Date.parse(request.expiresAt) - Date.parse(request.requestedAt)).toBe(24 * HOUR);
  expect(deployment.story.at(-1)).toBe('rehearse');
});

test('an approval by update is answered with a receipt, and lets it go on', async () => {
  const deployment = await waiting();
  expect(await deployment.decide(ALICE, 'approve', { reason: 'looks right' })).toEqual({
    state: 'approved',
    approvals: 1,
    required: 1,
  });
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  expect(status.audit).toEqual([
    expect.objectContaining({ person: ALICE, verdict: 'approve', accepted: true, reason: 'looks right' }),
  ]);
  expect(status.approval).toBeNull();
});

test('an approval by signal counts the same', async () => {
  const deployment = await waiting();
  await deployment.signalApproval(await deployment.signed(ALICE, 'approve'));
  expect((await deployment.ended()).outcome.status).toBe('deployed');
});

test('two are needed: one person twice is one', async () => {
  const deployment = await waiting(2);
  expect(await deployment.decide(ALICE)).toEqual({ state: 'waiting', approvals: 1, required: 2 });
  expect(await deployment.refusal(deployment.decide(ALICE))).toBe('alice has already decided: approve.');
  expect((await deployment.status()).phase).toBe('approve');
  expect(await deployment.decide(BOB)).toEqual({ state: 'approved', approvals: 2, required: 2 });
  expect((await deployment.ended()).outcome.status).toBe('deployed');
  expect(await told(deployment)).toEqual([
    ['alice', true, null],
    ['alice', false, 'alice has already decided: approve.'],
    ['bob', true, null],
  ]);
});

test('two at the same moment are both counted', async () => {
  const deployment = await waiting(2);
  const receipts = await Promise.all([deployment.decide(ALICE), deployment.decide(BOB)]);
  expect(receipts.map(({ state, approvals }) => [state, approvals]).sort()).toEqual([
    ['approved', 2],
    ['waiting', 1],
  ]);
  expect((await deployment.ended()).outcome.status).toBe('deployed');
});

test('a double click is decided once and answered twice', async () => {
  const deployment = await waiting(2);
  const signed = await deployment.signed(ALICE, 'approve');
  const receipts = await Promise.all([deployment.send(signed, 'click'), deployment.send(signed, 'click')]);
  expect(receipts).toEqual(Array(2).fill({ state: 'waiting', approvals: 1, required: 2 }));
  expect(await told(deployment)).toEqual([['alice', true, null]]);
  await deployment.decide(BOB);
  await deployment.ended();
});

test('who asked for the deployment cannot approve it, and the attempt is on record', async () => {
  const deployment = await waiting();
  const reason = 'rhea asked for this deployment and cannot approve it.';
  expect(await deployment.refusal(deployment.decide(deployment.input.requester))).toBe(reason);
  expect(await told(deployment)).toEqual([['rhea', false, reason]]);
  expect(await deployment.decide(deployment.input.requester, 'reject', { reason: 'my mistake' })).toMatchObject({
    state: 'rejected',
  });
  expect((await deployment.ended()).outcome).toMatchObject({
    status: 'rejected',
    summary: 'Rejected by rhea: my mistake. Nothing was migrated.',
  });
});

test('one rejection ends it, even after an approval', async () => {
  const deployment = await waiting(2);
  await deployment.decide(ALICE);
  expect(await deployment.decide(BOB, 'reject', { reason: 'not on a Friday' })).toEqual({
    state: 'rejected',
    approvals: 1,
    required: 2,
  });
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'rejected',
    summary: 'Rejected by bob: not on a Friday. Nothing was migrated.',
    failure: null,
  });
  expect(deployment.story).not.toContain('recheck');
});

test('a yes to something else is refused', async () => {
  const deployment = await waiting();
  const refusal = await deployment.refusal(
    deployment.decide(ALICE, 'approve', { bindingDigest: bindingOf('0', '1', '2') }),
  );
  expect(refusal).toMatch(/^What you saw is no longer what would be deployed/);
  await deployment.decide(ALICE);
  await deployment.ended();
});

test('a forged decision is refused by update and by signal, and both are on record', async () => {
  const deployment = await waiting();
  const { decision } = await deployment.signed(ALICE, 'approve');
  const forged = { decision, signature: 'ab'.repeat(32) };
  expect(await deployment.refusal(deployment.send(forged))).toBe('The decision is not signed.');
  await deployment.signalApproval(forged);
  const { phase } = await deployment.until('the signal is judged', ({ audit }) => audit.length === 2);
  expect(phase).toBe('approve');
  expect(await told(deployment)).toEqual(Array(2).fill(['alice', false, 'The decision is not signed.']));
  await deployment.decide(ALICE);
  await deployment.ended();
});

test('the record keeps what counts, the newest hundred refusals, and so much of a reason as somebody reads', async () => {
  const deployment = await waiting(2);
  await deployment.decide(ALICE, 'approve', { reason: 'x'.repeat(3_000) });
  const { decision } = await deployment.signed(BOB, 'approve');
  const forged = (at: number) => ({
    decision: { ...decision, person: { ...BOB, name: `bob ${at}` } },
    signature: '00',
  });
  for (let at = 0; at < 101; at++) await deployment.refusal(deployment.send(forged(at)));
  const { audit } = await deployment.status();
  expect(audit).toHaveLength(101);
  expect(audit[0]).toMatchObject({ person: ALICE, accepted: true, reason: `${'x'.repeat(2_000)}…` });
  expect([audit[1], audit.at(-1)].map((entry) => entry?.person.name)).toEqual(['bob 1', 'bob 100']);
  await deployment.decide(BOB);
  expect((await deployment.ended()).outcome.status).toBe('deployed');
});

test('an abort cannot be sent as a decision', async () => {
  const deployment = await waiting();
  expect(await deployment.refusal(deployment.decide(ALICE, 'abort'))).toBe(
    'An abort is not a decision on this request.',
  );
  await deployment.decide(ALICE);
  expect((await deployment.ended()).outcome.status).toBe('deployed');
});

test('a decision before it is asked for, or after the end, never reaches the history', async () => {
  const rehearsal = held(PROVEN);
  const deployment = await bench.deploy({ ...asking(1), rehearse: rehearsal.activity });
  await deployment.begun('rehearse');
  expect(await deployment.refusal(deployment.decide(ALICE))).toBe('The deployment is not waiting for a decision.');
  rehearsal.release();
  await deployment.asked();
  await deployment.decide(ALICE);
  const { status } = await deployment.ended();
  await expect(deployment.decide(ALICE)).rejects.toThrow();
  expect(status.audit).toHaveLength(1);
  const { events } = await deployment.handle.fetchHistory();
  expect(events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toHaveLength(1);
});

test('a decision while it reports is told that it has ended', async () => {
  const report = held<string[]>([]);
  const deployment = await bench.deploy({
    ...planned({ approval: { required: 0, expiryMs: 0 }, monitor: { durationMs: 0, intervalMs: 1, thresholds: [] } }),
    writeReport: report.activity,
  });
  await deployment.begun('writeReport');
  expect(await deployment.refusal(deployment.decide(ALICE))).toBe('The deployment has ended.');
  report.release();
  await deployment.ended();
});

test.each([
  ['nothing', undefined],
  ['no decision', { signature: 'ab' }],
  ['no person', { decision: { verdict: 'approve' }, signature: 'ab' }],
  ['a name without an end', { decision: { person: { ...ALICE, name: 'x'.repeat(201) } }, signature: 'ab' }],
  ['no signature', { decision: { person: ALICE, verdict: 'approve' } }],
])('an envelope with %s is refused, and ignored as a signal', async (_, envelope) => {
  const deployment = await waiting();
  await expect(deployment.handle.executeUpdate(decideUpdate, { args: [envelope as never] })).rejects.toThrow();
  await deployment.handle.signal('approval', envelope);
  await deployment.handle.signal('abort', envelope);
  await deployment.decide(ALICE);
  expect((await deployment.ended()).outcome.status).toBe('deployed');
  expect(await told(deployment)).toEqual([['alice', true, null]]);
});

test('nobody decides: it expires exactly when it said', async () => {
  const deployment = await waiting();
  const { outcome, status } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'expired',
    summary: 'Nobody decided in time; nothing was migrated.',
    failure: null,
  });
  const approve = status.phases.find(({ phase }) => phase === 'approve');
  const waited = Date.parse(approve?.endedAt ?? '') - Date.parse(approve?.startedAt ?? '');
  expect(waited).toBeGreaterThanOrEqual(24 * HOUR);
  expect(waited).toBeLessThan(24 * HOUR + 2_000);
});

test('every deployment of this file replays', () => bench.replayAll());
