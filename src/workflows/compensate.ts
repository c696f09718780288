/** Undoing what a deployment did, newest step first. Runs to its end whatever else happens. */
import { sleep } from '@temporalio/workflow';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { ApprovalPolicy, CompensationSummary, RollbackStrategy, UndoAssessment } from '../contract';
import { FailureType } from '../errors';
import { priceText } from '../policy/rollback';
import { apply, read } from './activity-options';
import type { ApprovalGate } from './approval-gate';
import type { Run } from './run';

/** How long people have for a yes to losing rows, at least. */
const LOSSY_EXPIRY_MS = 24 * 3_600_000;
/** A database that is down comes back, and then the undo must go on: how often it is tried, five minutes apart. */
const ROUNDS = 12;

export interface Undo {
  /** The deployment whose steps are reversed. */
  deployment: string;
  /** Of the schema to come back to. */
  schemaFingerprint: string;
  /** Of the environment: who must agree when rows would be lost. */
  approval: ApprovalPolicy;
  strategy: RollbackStrategy;
  /** Digest of an assessment that people have seen and approved already. */
  approved: string | null;
}

/** Reverses every step that left something. Rows written since are taken away only after a second approval that names them. */
export async function compensate(run: Run, people: ApprovalGate, undo: Undo): Promise<CompensationSummary> {
  const { assessment, refusal } = await settle(run, people, undo);
  if (refusal !== null) return needsHuman(run, refusal);
  const summary: CompensationSummary = { state: 'clean', reversals: [], schemaRestored: null, detail: '' };
  run.status.compensation = summary;
  for (const step of assessment.steps) {
    const progress = run.status.steps[step];
    const names = progress?.migrations.join(', ') ?? `step ${step + 1}`;
    run.tell(`undoing ${names}`);
    const result = await patiently(() =>
      apply.reverseStep.executeWithOptions({ summary: `undo ${names}` }, [run.input, undo.deployment, step]),
    );
    summary.reversals.push(result);
    // Older steps stand under this one: going on would undo the wrong schema.
    if (result.state === 'failed') return needsHuman(run, `Undoing ${names} failed: ${result.detail}`);
    if (progress) progress.state = 'reversed';
  }
  summary.schemaRestored = await patiently(() => read.schemaIs(run.input, undo.schemaFingerprint));
  if (!summary.schemaRestored)
    return needsHuman(
      run,
      'Every step was undone, but the schema is not what it was before the deployment; compare the two.',
    );
  summary.detail =
    assessment.steps.length > 0
      ? `${assessment.steps.length} step(s) undone; the schema is as it was before.`
      : 'Nothing had been written; the schema is as it was before.';
  return summary;
}

/** What it takes away may grow while people think about it: they are asked again until what they approved is what is there. */
async function settle(
  run: Run,
  people: ApprovalGate,
  undo: Undo,
): Promise<{ assessment: UndoAssessment; refusal: string | null }> {
  for (let approved = undo.approved; ;) {
    const assessment = await patiently(() => read.assessUndo(run.input, undo.deployment, undo.strategy));
    const { action, reason, approval } = assessment.plan;
    if (action === 'needs-human' || action === 'forward-fix')
      return { assessment, refusal: `${reason} Nothing was undone.` };
    if (!approval || assessment.digest === approved) return { assessment, refusal: null };
    if (!(await mayGoOn(run, people, assessment, undo.approval)))
      return {
        assessment,
        refusal: `Undoing ${priceText(assessment.plan)}; nobody approved that, and nothing was undone.`,
      };
    approved = assessment.digest;
  }
}

async function mayGoOn(
  run: Run,
  people: ApprovalGate,
  { plan, digest }: UndoAssessment,
  approval: ApprovalPolicy,
): Promise<boolean> {
  const note = `${plan.reason} Undoing ${priceText(plan)}.`;
  run.tell(`waits for approval: ${note}`);
  const required = Math.max(1, approval.required);
  const request = { kind: 'rollback' as const, bindingDigest: digest, required, note };
  return (await people.ask(request, Math.max(approval.expiryMs, LOSSY_EXPIRY_MS))) === 'approved';
}

function needsHuman(run: Run, detail: string): CompensationSummary {
  return {
    state: 'needs-human',
    reversals: run.status.compensation?.reversals ?? [],
    schemaRestored: run.status.compensation?.schemaRestored ?? null,
    detail,
  };
}

/** Retries what an activity gave up on: giving up here would leave the database in between. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
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
