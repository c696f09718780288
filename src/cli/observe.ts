/** A deployment's progress as a stream: polls the status, and tells a silent worker from a lost connection and from an end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { DeploymentRef, LockkeeperClient } from '../client';
import type { DeploymentStatus } from '../contract';

export type Observation =
  | { kind: 'status'; status: DeploymentStatus }
  /** No answer: `worker` when Temporal itself answers, else `server`. */
  | { kind: 'silent'; who: 'worker' | 'server' }
  /** The run ended without an outcome of its own (terminated, cancelled, timed out); `ref` says how. */
  | { kind: 'closed'; ref: DeploymentRef };

/** With the check of the server after it, a person hears of a missing worker within 10 s. */
const ANSWER_MS = 7000;
const PROBE_MS = 1500;
const SETTLE_MS = 15_000;
const FASTEST_MS = 500;
const SLOWEST_MS = 2000;
/** A run that was terminated still answers queries, with its last status: ask Temporal itself now and then. */
const CHECK_EVERY_MS = 5000;

/** Ends after the outcome, after `closed`, or when `stop` fires. */
export async function* observe(
  client: LockkeeperClient,
  ref: DeploymentRef,
  stop: AbortSignal,
): AsyncGenerator<Observation, void> {
  let last = '';
  let pause = FASTEST_MS;
  let checkedAt = Date.now();
  while (!stop.aborted) {
    const seen = await ask(client, ref, stop);
    if (stop.aborted) return;
    if (seen.kind === 'status' && seen.status.outcome) {
      yield await settled(client, ref, seen);
      return;
    }
    yield seen;
    if (Date.now() - checkedAt >= CHECK_EVERY_MS) {
      checkedAt = Date.now();
      const closed = await closedRun(client, ref);
      if (closed) {
        yield await lastWord(client, ref, closed);
        return;
      }
    }
    const text = JSON.stringify(seen);
    pause = text === last ? Math.min(pause * 1.5, SLOWEST_MS) : FASTEST_MS;
    last = text;
    await sleep(pause, undefined, { signal: stop }).catch(() => undefined);
  }
}

/**
 * The outcome is known before the report is written and the run closes; who starts the next deployment right away must
 * not find this one open.
 */
async function settled(client: LockkeeperClient, ref: DeploymentRef, seen: Observation): Promise<Observation> {
  const deadline = Date.now() + SETTLE_MS;
  while (Date.now() < deadline && (await closedRun(client, ref)) === null) await sleep(50);
  const last = await ask(client, ref);
  return last.kind === 'status' ? last : seen;
}

/** It may have ended in good order since the last poll. */
async function lastWord(client: LockkeeperClient, ref: DeploymentRef, closed: DeploymentRef): Promise<Observation> {
  const seen = await ask(client, ref);
  return seen.kind === 'status' && seen.status.outcome ? seen : { kind: 'closed', ref: closed };
}

/** One status. A query is answered by a worker, so with none it hangs until the deadline. */
export async function ask(client: LockkeeperClient, ref: DeploymentRef, stop?: AbortSignal): Promise<Observation> {
  const query = (): Promise<DeploymentStatus> =>
    client.temporal.withDeadline(Date.now() + ANSWER_MS, () => client.status(ref));
  try {
    return {
      kind: 'status',
      status: await (stop ? client.temporal.withAbortSignal(AbortSignal.any([stop]), query) : query()),
    };
  } catch (error) {
    if (!stop?.aborted && !isSilence(error)) throw error;
    return { kind: 'silent', who: (await reachable(client, ref)) ? 'worker' : 'server' };
  }
}

const SILENCE_CODES = new Set([1, 4, 9, 14]); // CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION (no poller seen), UNAVAILABLE

function isSilence(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (isGrpcServiceError(inner)) return SILENCE_CODES.has(inner.code);
  }
  return false;
}

async function reachable(client: LockkeeperClient, ref: DeploymentRef): Promise<boolean> {
  return client.temporal
    .withDeadline(Date.now() + PROBE_MS, () => client.latest(ref.environment, ref.target))
    .then(
      () => true,
      () => false,
    );
}

/** The run as Temporal lists it, if it has ended; null while it is open or Temporal does not answer. */
async function closedRun(client: LockkeeperClient, ref: DeploymentRef): Promise<DeploymentRef | null> {
  const newest = await client.temporal
    .withDeadline(Date.now() + PROBE_MS, () => client.latest(ref.environment, ref.target))
    .catch(() => null);
  // A newer run under the same workflow id: this one must have ended, and the end of what was overtaken is in the history.
  if (newest && newest.runId !== ref.runId) return { ...ref, state: 'OVERTAKEN' };
  return newest && newest.state !== 'RUNNING' ? newest : null;
}
