import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision, SignedDecision } from '../../src/contract';
import { UsageError } from '../../src/errors';
import { isSigned, signDecision, signingKey } from '../../src/signing';

const KEY = 'k'.repeat(32);
const DECISION: Decision = {
  deploymentId: '20260101-100000-abcd',
  bindingDigest: 'b'.repeat(64),
  person: { id: 'cli:alice', name: 'alice' },
  verdict: 'approve',
  reason: null,
  decidedAt: '2026-01-01T10:00:00.000Z',
};

test('what is signed is signed, also after a trip through JSON in another order', () => {
  const signed = signDecision(DECISION, KEY);
  expect(isSigned(signed, KEY)).toBe(true);
  const { signature, decision } = JSON.parse(JSON.stringify(signed)) as SignedDecision;
  const reordered = Object.fromEntries(Object.entries(decision).reverse()) as unknown as Decision;
  expect(isSigned({ signature, decision: reordered }, KEY)).toBe(true);
});

const TAMPERED: [string, Partial<Decision>][] = [
  ['deployment', { deploymentId: '20260101-100000-abce' }],
  ['binding', { bindingDigest: 'c'.repeat(64) }],
  ["person's id", { person: { id: 'cli:bob', name: 'alice' } }],
  ["person's name", { person: { id: 'cli:alice', name: 'bob' } }],
  ['verdict', { verdict: 'reject' }],
  ['reason', { reason: '' }],
  ['time', { decidedAt: '2026-01-01T10:00:00.001Z' }],
];

test.each(TAMPERED)('another %s is not signed', (_, change) => {
  const { signature } = signDecision(DECISION, KEY);
  expect(isSigned({ decision: { ...DECISION, ...change }, signature }, KEY)).toBe(false);
});

test('text cannot move from one field to its neighbour', () => {
  const { signature } = signDecision({ ...DECISION, person: { id: 'a', name: 'b,c' } }, KEY);
  expect(isSigned({ decision: { ...DECISION, person: { id: 'a,b', name: 'c' } }, signature }, KEY)).toBe(false);
});

test.each([
  ['empty', ''],
  ['cut short', signDecision(DECISION, KEY).signature.slice(0, -2)],
  ['one digit off', signDecision(DECISION, KEY).signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
  ['longer', `${signDecision(DECISION, KEY).signature}00`],
  ['no hex', 'zz'.repeat(32)],
  ['by another key', signDecision(DECISION, 'l'.repeat(32)).signature],
])('a signature that is %s is refused', (_, signature) =>
  expect(isSigned({ decision: DECISION, signature }, KEY)).toBe(false),
);

describe('the key', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'lockkeeper key '))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('comes from the environment', () => expect(signingKey(root, { LOCKKEEPER_SIGNING_KEY: KEY })).toBe(KEY));

  test('is made once, for its owner alone', () => {
    const key = signingKey(root, {});
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(signingKey(root, {})).toBe(key);
    expect(statSync(join(root, '.lockkeeper', 'signing-key')).mode & 0o777).toBe(0o600);
  });

  test('is not shared by two projects', () => {
    const other = mkdtempSync(join(tmpdir(), 'lockkeeper key '));
    expect(signingKey(other, {})).not.toBe(signingKey(root, {}));
    rmSync(other, { recursive: true });
  });

  test.each(['', 'k'.repeat(31)])('of %j is too short', (key) => {
    expect(() => signingKey(root, { LOCKKEEPER_SIGNING_KEY: key })).toThrow(UsageError);
  });

  test('in a file that was cut is refused, not replaced', () => {
    signingKey(root, {});
    writeFileSync(join(root, '.lockkeeper', 'signing-key'), 'short');
    expect(() => signingKey(root, {})).toThrow(/^The signing key has 5 characters; it needs at least 32/);
  });
});
