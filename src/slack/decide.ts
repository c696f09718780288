/** From a verified click to the workflow's answer, in words for the person who clicked. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RefusedError, type LockkeeperClient } from '../client';
import type { DecisionReceipt, Person } from '../contract';
import { UsageError } from '../errors';
import { plural } from '../policy/words';

export interface SlackDecision {
  deploymentId: string;
  bindingDigest: string;
  person: Person;
  verdict: 'approve' | 'reject';
  reason: string | null;
}

/** Resolves to what the person is told. */
export type Decide = (decision: SlackDecision) => Promise<string>;

export interface Patience {
  /** How long a click is kept alive while Temporal does not answer. */
  totalMs: number;
  firstPauseMs: number;
}

const PATIENCE: Patience = { totalMs: 60_000, firstPauseMs: 500 };
const MAX_PAUSE_MS = 10_000;

/**
 * Decides through the workflow's update. Slack has its ack already, so a click must not get lost here: while Temporal
 * does not answer it is tried again, which is harmless because the update's id is of the click, however often it is sent.
 */
export function decideThrough(
  client: Pick<LockkeeperClient, 'find' | 'decide'>,
  log: Logger,
  patience: Patience = PATIENCE,
): Decide {
  return async (decision) => {
    const clickedAt = new Date();
    const deadline = clickedAt.getTime() + patience.totalMs;
    for (let pause = patience.firstPauseMs; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        return await before(deadline, decideOnce(client, decision, clickedAt));
      } catch (error) {
        if (error instanceof RefusedError || error instanceof UsageError) return error.message;
        log.warn({ deploymentId: decision.deploymentId, error: kind(error) }, 'Temporal did not take a decision');
        if (Date.now() + pause > deadline) return unanswered(decision);
        await sleep(pause);
      }
    }
  };
}

async function decideOnce(
  client: Pick<LockkeeperClient, 'find' | 'decide'>,
  decision: SlackDecision,
  clickedAt: Date,
): Promise<string> {
  const { deploymentId, person, verdict, reason, bindingDigest } = decision;
  const ref = await client.find(deploymentId);
  const receipt = await client.decide(ref, person, verdict, reason, bindingDigest, clickedAt);
  const what = `${ref.kind === 'rollback' ? 'rollback' : 'deployment'} of ${ref.environment}/${ref.target}`;
  return inWords(decision, what, receipt);
}

function inWords({ verdict }: SlackDecision, what: string, { state, approvals, required }: DecisionReceipt): string {
  if (verdict === 'reject') return `You rejected the ${what}. It stops here.`;
  if (state === 'rejected') return `The ${what} was rejected before your approval arrived.`;
  const count = `You approved the ${what}: ${approvals} of ${plural(required, 'approval')}.`;
  return state === 'approved' ? `${count} It goes on.` : `${count} It still waits.`;
}

function unanswered({ deploymentId, verdict }: SlackDecision): string {
  return `Temporal does not answer, so your decision may not have arrived. If the message does not show it in a while, click again, or run "lockkeeper ${verdict} ${deploymentId}".`;
}

/** A request to a server that is slow, or whose worker is away, may stay open for ever. */
async function before<T>(deadline: number, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const tooLate = sleep(Math.max(deadline - Date.now(), 0), undefined, { signal: done.signal }).then(() => {
    throw new Error('no answer in time');
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    done.abort();
  }
}

function kind(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
