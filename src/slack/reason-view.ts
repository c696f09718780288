/** The modal that asks why a deployment is rejected. */
import type { ViewsOpenArguments } from '@slack/web-api';
import { z } from 'zod';
import { mrkdwn, plain } from '../adapters/slack/blocks';
import { decodeDecisionValue, encodeDecisionValue, type DecisionValue } from '../adapters/slack/decision-value';
import { code } from '../adapters/slack/text';

export const REASON_VIEW = 'lockkeeper_reject_reason';
export type View = ViewsOpenArguments['view'];

const BLOCK = 'reason';
const INPUT = 'text';
const MAX_REASON = 500;

/** What the modal brings back: Slack gives a submission no `response_url` of its own, so the button's goes along. */
export interface GivenReason {
  value: DecisionValue;
  responseUrl: string;
  reason: string | null;
}

const metadataSchema = z.strictObject({ value: z.string(), responseUrl: z.string() });
const stateSchema = z.object({
  [BLOCK]: z.object({ [INPUT]: z.object({ value: z.string().max(MAX_REASON).nullish() }) }),
});

export function reasonView(value: DecisionValue, responseUrl: string): View {
  return {
    type: 'modal',
    callback_id: REASON_VIEW,
    private_metadata: JSON.stringify({ value: encodeDecisionValue(value), responseUrl }),
    title: plain('Reject'),
    submit: plain('Reject'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'section',
        text: mrkdwn(`Deployment ${code(value.deploymentId, 80)} stops here. Your reason goes into its record.`),
      },
      {
        type: 'input',
        block_id: BLOCK,
        label: plain('Reason'),
        element: { type: 'plain_text_input', action_id: INPUT, multiline: true, max_length: MAX_REASON },
      },
    ],
  };
}

/** Null when it is not what `reasonView` sent out. */
export function readReason(metadata: string, state: unknown): GivenReason | null {
  try {
    const { value: encoded, responseUrl } = metadataSchema.parse(JSON.parse(metadata));
    const value = decodeDecisionValue(encoded);
    const reason = stateSchema.parse(state)[BLOCK][INPUT].value?.trim();
    return value && { value, responseUrl, reason: reason === undefined || reason === '' ? null : reason };
  } catch {
    return null;
  }
}
