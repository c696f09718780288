/** The messages that a deployment's workflow takes. Apart from the contract: whoever only reads it need not load Temporal. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DecisionReceipt, DeploymentStatus, SignedDecision } from './contract';

export const statusQuery = defineQuery<DeploymentStatus>('status');
export const decideUpdate = defineUpdate<DecisionReceipt, [SignedDecision]>('decide');
/** The same signed decision for senders that can only signal; what it is refused for lands in the audit trail. */
export const approvalSignal = defineSignal<[SignedDecision]>('approval');
export const abortSignal = defineSignal<[SignedDecision]>('abort');
