import type { ApprovalRequest, AuditEntry, Decision } from '../../src/contract';
import { abortRefusal, bindingOf, refusal, standing } from '../../src/policy/approval';

const [alice, bob, rhea] = ['alice', 'bob', 'rhea'].map((name) => ({ id: `cli:${name}`, name })) as [
  Decision['person'],
  Decision['person'],
  Decision['person'],
];
const REQUEST: ApprovalRequest = {
  kind: 'deploy',
  bindingDigest: 'b',
  required: 2,
  requestedAt: '2026-01-01T10:00:00.000Z',
  expiresAt: '2026-01-02T10:00:00.000Z',
  note: null,
};
const DECISION: Decision = {
  deploymentId: 'd',
  bindingDigest: 'b',
  person: alice,
  verdict: 'approve',
  reason: null,
  decidedAt: '2026-01-01T10:05:00.000Z',
};

function entry(
  person: Decision['person'],
  verdict: Decision['verdict'],
  overrides: Partial<AuditEntry> = {},
): AuditEntry {
  return { at: '2026-01-01T10:01:00.000Z', person, verdict, accepted: true, reason: null, ...overrides };
}

const BEFORE = { at: '2026-01-01T09:59:59.999Z' };

describe('refusal', () => {
  const refused: [string, Partial<Decision>, AuditEntry[], RegExp][] = [
    ['something else was shown', { bindingDigest: 'a' }, [], /no longer what would be deployed/],
    ['the requester approves', { person: rhea }, [], /^rhea asked for this deployment and cannot approve it\.$/],
    [
      'the requester approves under another name',
      { person: { ...rhea, name: 'somebody else' } },
      [],
      /cannot approve it/,
    ],
    ['the same person approves twice', {}, [entry(alice, 'approve')], /^alice has already decided: approve\.$/],
    ['an approval is taken back', { verdict: 'reject' }, [entry(alice, 'approve')], /already decided: approve/],
    ['a rejection is taken back', {}, [entry(alice, 'reject')], /already decided: reject/],
    ['it is an abort', { verdict: 'abort' }, [], /^An abort is not a decision/],
    ['it is nothing known', { verdict: 'maybe' as never }, [], /not a decision/],
  ];
  test.each(refused)('when %s', (_, decision, audit, reason) => {
    expect(refusal({ ...DECISION, ...decision }, REQUEST, rhea, audit)).toMatch(reason);
  });

  const counted: [string, Partial<Decision>, AuditEntry[]][] = [
    ['a first approval', {}, []],
    ['a second person', {}, [entry(bob, 'approve')]],
    ['a rejection by the requester', { person: rhea, verdict: 'reject' }, []],
    ['after one of theirs that was refused', {}, [entry(alice, 'approve', { accepted: false })]],
    ['after an abort of theirs', {}, [entry(alice, 'abort')]],
    ['after a decision of theirs on an earlier plan', {}, [entry(alice, 'approve', BEFORE)]],
  ];
  test.each(counted)('not for %s', (_, decision, audit) => {
    expect(refusal({ ...DECISION, ...decision }, REQUEST, rhea, audit)).toBeNull();
  });

  test('when nothing is asked', () => {
    expect(refusal(DECISION, null, rhea, [])).toBe('The deployment is not waiting for a decision.');
  });
});

describe('standing', () => {
  const cases: [string, AuditEntry[], ReturnType<typeof standing>][] = [
    ['nobody yet', [], { state: 'waiting', approvals: 0 }],
    ['one of two', [entry(alice, 'approve')], { state: 'waiting', approvals: 1 }],
    ['two of two', [entry(alice, 'approve'), entry(bob, 'approve')], { state: 'approved', approvals: 2 }],
    ['one person twice', [entry(alice, 'approve'), entry(alice, 'approve')], { state: 'waiting', approvals: 1 }],
    [
      'one refused',
      [entry(alice, 'approve'), entry(bob, 'approve', { accepted: false })],
      { state: 'waiting', approvals: 1 },
    ],
    [
      'one on an earlier plan',
      [entry(alice, 'approve', BEFORE), entry(bob, 'approve')],
      { state: 'waiting', approvals: 1 },
    ],
    [
      'a rejection among enough approvals',
      [entry(alice, 'approve'), entry(rhea, 'reject'), entry(bob, 'approve')],
      { state: 'rejected', approvals: 2 },
    ],
    ['a rejection of an earlier plan', [entry(alice, 'reject', BEFORE)], { state: 'waiting', approvals: 0 }],
  ];
  test.each(cases)('%s', (_, audit, expected) => expect(standing(REQUEST, audit)).toEqual(expected));
});

describe('abortRefusal', () => {
  const running = { phase: 'migrate' as const, outcome: null };
  test('lets an abort stop what runs', () =>
    expect(abortRefusal({ ...DECISION, verdict: 'abort' }, running)).toBeNull());
  test('refuses what was signed as something else', () =>
    expect(abortRefusal(DECISION, running)).toBe('The decision is not an abort.'));
  test('does not stop an undo', () =>
    expect(abortRefusal({ ...DECISION, verdict: 'abort' }, { ...running, phase: 'compensate' })).toMatch(
      'undone already',
    ));
});

test('a binding changes with each of plan, schema and backup, and fits a button', () => {
  const [plan, schema, backup] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string];
  const bindings = [
    bindingOf(plan, schema, backup),
    bindingOf(schema, schema, backup),
    bindingOf(plan, plan, backup),
    bindingOf(plan, schema, plan),
    bindingOf(plan, schema, null),
  ];
  expect(new Set(bindings).size).toBe(bindings.length);
  expect(bindings[0]).toHaveLength(3 * 32 + 2);
});
