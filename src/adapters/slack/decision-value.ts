/**
 * What a button carries: which deployment, and the digest of what was shown beside the button. It gives no authority:
 * who may decide is the workflow's answer, asked with the person that Slack signed for.
 */
import { z } from 'zod';

export const APPROVE_ACTION = 'lockkeeper_approve';
export const REJECT_ACTION = 'lockkeeper_reject';

const schema = z.strictObject({ deploymentId: z.string().min(1).max(200), bindingDigest: z.string().min(1).max(200) });
export type DecisionValue = z.infer<typeof schema>;

export function encodeDecisionValue(value: DecisionValue): string {
  return JSON.stringify({ deploymentId: value.deploymentId, bindingDigest: value.bindingDigest });
}

/** Null when it is not a value that a Lockkeeper button carries. */
export function decodeDecisionValue(text: string): DecisionValue | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
