/** Undoing what a deployment did, newest step first. Runs to its end whatever else happens. */
import type { CompensationSummary, UndoAssessment } from '../contract';
import { costText, priceText } from '../policy/rollback';
import { apply, heavy } from './activity-options';
import type { ApprovalGate } from './approval-gate';
import { exchange } from './exchange';
import type { Run } from './run';
import { agreed, nothingYet, patiently, type Undo } from './undoing';
import { first, plural } from '../policy/words';

/** Reverses every step that left something. Rows written since are taken away only after a second approval that names them. */
export async function compensate(run: Run, people: ApprovalGate, undo: Undo): Promise<CompensationSummary> {
  const { assessment, refusal } = await settle(run, people, undo);
  if (refusal !== null) return needsHuman(run, refusal);
  if (assessment.plan.action === 'restore-swap') return exchange(run, people, undo);
  const summary: CompensationSummary = { ...nothingYet(), state: 'clean' };
  run.status.compensation = summary;
  for (const step of assessment.steps) {
    const progress = run.status.steps.find(({ index }) => index === step);
    const names = progress ? first(progress.migrations) : `step ${step + 1}`;
    run.tell(`undoing ${names}`);
    const result = await patiently(() =>
      apply.reverseStep.executeWithOptions({ summary: `undo ${names}` }, [run.input, undo.deployment, step]),
    );
    summary.reversals.push(result);
    if (result.state === 'reversed') summary.kept = result.kept;
    // Older steps stand under this one: going on would undo the wrong schema.
    if (result.state === 'failed') return needsHuman(run, `Undoing ${names} failed: ${result.detail}`);
    if (progress) progress.state = 'reversed';
  }
  const likeness = await patiently(() => heavy.schemaIs(run.input, undo.schemaFingerprint, undo.deployment));
  summary.schemaRestored = likeness !== 'different';
  if (!summary.schemaRestored)
    return needsHuman(
      run,
      'Every step was undone, but the schema is not what it was before the deployment; compare the two, and look for an invalid index.',
    );
  summary.detail =
    assessment.steps.length > 0
      ? `${plural(assessment.steps.length, 'step')} undone; the schema is as it was before${BUT_FOR_ORDER[likeness]}.`
      : 'Nothing had been written; the schema is as it was before.';
  if (assessment.plan.action === 'restore-side-by-side') await bringBack(run, undo, summary);
  return summary;
}

const BUT_FOR_ORDER = {
  same: '',
  reordered: ', but for the order of columns: those that came back stand behind the others of their table',
  different: '',
};

/** What it takes away may grow while people think about it: they are asked again until what they approved is what is there. */
async function settle(
  run: Run,
  people: ApprovalGate,
  undo: Undo,
): Promise<{ assessment: UndoAssessment; refusal: string | null }> {
  for (let approved = undo.approved; ;) {
    const assessment = await patiently(() => heavy.assessUndo(run.input, undo.deployment, undo.strategy));
    const { action, reason, approval } = assessment.plan;
    if (action === 'needs-human' || action === 'forward-fix')
      return { assessment, refusal: `${reason} Nothing was undone.` };
    // A swap is asked about when its price is known exactly.
    if (!approval || assessment.digest === approved || action === 'restore-swap') return { assessment, refusal: null };
    const note = `${reason} Undoing ${priceText(assessment.plan)}.`;
    if (!(await agreed(run, people, undo.approval, assessment.digest, note)))
      return {
        assessment,
        refusal: `Undoing ${priceText(assessment.plan)}; nobody approved that, and nothing was undone.`,
      };
    approved = assessment.digest;
  }
}

/** The schema is back by now; what the deployment destroyed is brought beside the live rows, for a person to put back. */
async function bringBack(run: Run, undo: Undo, summary: CompensationSummary): Promise<void> {
  run.tell('bringing from the backup what the deployment destroyed');
  const brought = await patiently(() => heavy.bringBack(run.input, undo.deployment));
  summary.kept = [...summary.kept, ...brought];
  summary.detail +=
    brought.length === 0
      ? ' The backup has nothing of what the deployment took away.'
      : ` Brought from the backup into schema lockkeeper_salvage: ${costText(brought)}; "lockkeeper salvage restore" puts them back.`;
}

function needsHuman(run: Run, detail: string): CompensationSummary {
  return { ...(run.status.compensation ?? nothingYet()), state: 'needs-human', detail };
}
