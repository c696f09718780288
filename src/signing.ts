/**
 * The signed envelope of a decision: HMAC-SHA256 over its canonical JSON, with a key that clients and workers share
 * and Temporal never sees. It proves that a decision passed a Lockkeeper client, not just that somebody can reach the namespace.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Decision, SignedDecision } from './contract';
import { UsageError } from './errors';

const MIN_KEY_LENGTH = 32;

/**
 * The key from `LOCKKEEPER_SIGNING_KEY`, else from `.lockkeeper/signing-key` beside the configuration, made on first use (0600).
 * Clients and workers on different hosts need the variable.
 * @throws UsageError when the key is shorter than 32 characters.
 */
export function signingKey(root: string, env: NodeJS.ProcessEnv = process.env): string {
  const key = env['LOCKKEEPER_SIGNING_KEY'] ?? keyFile(join(root, '.lockkeeper', 'signing-key'));
  if (key.length < MIN_KEY_LENGTH) {
    throw new UsageError(
      `The signing key has ${key.length} characters; it needs at least ${MIN_KEY_LENGTH}. Set LOCKKEEPER_SIGNING_KEY.`,
    );
  }
  return key;
}

function keyFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  try {
    // 'wx' makes the first process win; the other reads what it wrote.
    const handle = openSync(path, 'wx', 0o600);
    writeSync(handle, randomBytes(32).toString('hex'));
    closeSync(handle);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}

export function signDecision(decision: Decision, key: string): SignedDecision {
  return { decision, signature: mac(decision, key) };
}

export function isSigned(signed: SignedDecision, key: string): boolean {
  const expected = Buffer.from(mac(signed.decision, key), 'hex');
  const given = Buffer.from(signed.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Fields in one fixed order, so that a re-serialised decision signs the same. */
function mac(decision: Decision, key: string): string {
  const canonical = JSON.stringify([
    decision.deploymentId,
    decision.bindingDigest,
    decision.person.id,
    decision.person.name,
    decision.verdict,
    decision.reason,
    decision.decidedAt,
  ]);
  return createHmac('sha256', key).update(canonical).digest('hex');
}
