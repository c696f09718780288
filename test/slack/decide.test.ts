import { pino } from 'pino';
import { RefusedError, type DeploymentRef, type LockkeeperClient } from '../../src/client';
import type { DecisionReceipt } from '../../src/contract';
import { UsageError } from '../../src/errors';
import { decideThrough, type SlackDecision } from '../../src/slack/decide';

const log = pino({ level: 'silent' });
const REF = { deploymentId: 'd-1', kind: 'deploy', environment: 'production', target: 'main' } as DeploymentRef;
const APPROVAL: SlackDecision = {
  deploymentId: 'd-1',
  bindingDigest: 'digest',
  person: { id: 'slack:U0ALICE', name: 'alice' },
  verdict: 'approve',
  reason: null,
};
const QUICK = { totalMs: 200, firstPauseMs: 1 };

function client(
  decide: LockkeeperClient['decide'],
  find: LockkeeperClient['find'] = () => Promise.resolve(REF),
): Pick<LockkeeperClient, 'find' | 'decide'> {
  return { find, decide };
}

const receipt = (state: DecisionReceipt['state'], approvals: number, required: number): DecisionReceipt => ({
  state,
  approvals,
  required,
});

it.each<[SlackDecision['verdict'], DecisionReceipt, string]>([
  [
    'approve',
    receipt('waiting', 1, 2),
    'You approved the deployment of production/main: 1 of 2 approvals. It still waits.',
  ],
  [
    'approve',
    receipt('approved', 1, 1),
    'You approved the deployment of production/main: 1 of 1 approval. It goes on.',
  ],
  [
    'approve',
    receipt('rejected', 0, 1),
    'The deployment of production/main was rejected before your approval arrived.',
  ],
  ['reject', receipt('rejected', 0, 1), 'You rejected the deployment of production/main. It stops here.'],
])('puts %s and %j in words', async (verdict, answer, words) => {
  const decide = decideThrough(
    client(() => Promise.resolve(answer)),
    log,
  );
  expect(await decide({ ...APPROVAL, verdict })).toBe(words);
});

it('decides as the person who clicked, on what they were shown', async () => {
  const decide = jest.fn(() => Promise.resolve(receipt('rejected', 0, 1)));
  await decideThrough(client(decide), log)({ ...APPROVAL, verdict: 'reject', reason: 'Friday' });
  expect(decide).toHaveBeenCalledWith(REF, APPROVAL.person, 'reject', 'Friday', 'digest', expect.any(Date));
});

it.each([
  [
    'a refusal of the workflow',
    client(() => Promise.reject(new RefusedError('DecisionRefused', 'Bob already approved.'))),
    'Bob already approved.',
  ],
  [
    'an unknown deployment',
    client(
      () => Promise.reject(new Error('never called')),
      () => Promise.reject(new UsageError('No deployment d-1.')),
    ),
    'No deployment d-1.',
  ],
])('passes on %s, once', async (_, refusing, words) => {
  expect(await decideThrough(refusing, log, QUICK)(APPROVAL)).toBe(words);
});

it('does not lose a click while Temporal is away (fault 38)', async () => {
  const decide = jest
    .fn<Promise<DecisionReceipt>, Parameters<LockkeeperClient['decide']>>()
    .mockRejectedValueOnce(new Error('UNAVAILABLE'))
    .mockRejectedValueOnce(new Error('DEADLINE_EXCEEDED'))
    .mockResolvedValue(receipt('approved', 1, 1));
  expect(await decideThrough(client(decide), log, QUICK)(APPROVAL)).toContain('It goes on.');
  expect(decide).toHaveBeenCalledTimes(3);
  // One click, one update id.
  expect(new Set(decide.mock.calls.map(([, , , , , clickedAt]) => clickedAt)).size).toBe(1);
});

it.each([
  ['fails', () => Promise.reject(new Error('UNAVAILABLE'))],
  ['hangs', () => new Promise<DecisionReceipt>(() => undefined)],
])('says what to do when Temporal %s for too long', async (_, decide) => {
  const words = await decideThrough(client(decide), log, QUICK)(APPROVAL);
  expect(words).toContain('may not have arrived');
  expect(words).toContain('lockkeeper approve d-1');
});
