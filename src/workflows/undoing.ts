/** What every way of undoing needs: what to undo, patience with a database that is down, and people's yes. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { sleep } from '@temporalio/workflow';
import type { ApprovalPolicy, CompensationSummary, RollbackStrategy } from '../contract';
import { FailureType } from '../errors';
import type { ApprovalGate } from './approval-gate';
import type { Run } from './run';

/** How long people have for a yes to taking rows away, at least. */
const EXPIRY_MS = 24 * 3_600_000;
/** A database that is down comes back, and then the undo must go on: how often it is tried, five minutes apart. */
const ROUNDS = 12;

/** What an undo has come to before it begins. */
export function nothingYet(): CompensationSummary {
  return { state: 'needs-human', reversals: [], schemaRestored: null, kept: [], oldDatabase: null, detail: '' };
}

export interface Undo {
  /** The deployment whose steps are reversed. */
  deployment: string;
  /** Of the schema to come back to. */
  schemaFingerprint: string;
  /** Of the environment: who must agree when rows would be taken away. */
  approval: ApprovalPolicy;
  strategy: RollbackStrategy;
  /** Digest of an assessment that people have seen and approved already. */
  approved: string | null;
}

/** Asks at least one person, whatever the environment asks. */
export async function agreed(
  run: Run,
  people: ApprovalGate,
  approval: ApprovalPolicy,
  bindingDigest: string,
  note: string,
): Promise<boolean> {
  run.tell(`waits for approval: ${note}`);
  const request = { kind: 'rollback' as const, bindingDigest, required: Math.max(1, approval.required), note };
  return (await people.ask(request, Math.max(approval.expiryMs, EXPIRY_MS))) === 'approved';
}

/** Retries what an activity gave up on: giving up here would leave the database in between. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await work();
    } catch (error) {
      if (round === ROUNDS || !(error instanceof ActivityFailure) || isFenced(error)) throw error;
      await sleep('5m', { summary: 'try the undo again' });
    }
  }
}

/** Another deployment has the database now; it will not give it back. */
function isFenced({ cause }: ActivityFailure): boolean {
  return cause instanceof ApplicationFailure && cause.type === FailureType.Fenced;
}
