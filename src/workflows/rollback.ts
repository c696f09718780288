/** Undoing an earlier deployment by hand, under the rules of any other: one at a time, approved, verified, reported. */
import { CancellationScope } from '@temporalio/workflow';
import type { Outcome, RollbackInput } from '../contract';
import { priceText } from '../policy/rollback';
import { heavy } from './activity-options';
import { Announcer } from './announcer';
import { ApprovalGate } from './approval-gate';
import { conclude, undo, undoAfter } from './conclude';
import { Run } from './run';
import { plural } from '../policy/words';

export async function rollback(input: RollbackInput): Promise<Outcome> {
  const run = new Run(input);
  const people = new ApprovalGate(run);
  const announcer = new Announcer(run);
  let outcome: Outcome;
  try {
    outcome = await people.stoppableRun(() => story(input, run, people));
  } catch (error) {
    outcome = await CancellationScope.nonCancellable(() => undoAfter(error, run, people));
  }
  return CancellationScope.nonCancellable(() => conclude(outcome, run, announcer));
}

async function story(input: RollbackInput, run: Run, people: ApprovalGate): Promise<Outcome> {
  const basis = await run.phase('inspect', () => heavy.rollbackBasis(input, input.undo, input.strategy));
  run.announced = basis.slack;
  run.instance = basis.instance;
  run.status.contacts = basis.contacts;
  run.status.steps = basis.steps.map((step) => ({ ...step, state: 'applied', durationMs: null, waits: [] }));
  const { assessment, steps, approval, schemaFingerprint } = basis;
  const { action, reason, takes } = assessment.plan;
  if (action === 'nothing-to-undo') return run.end('up-to-date', `Deployment ${input.undo} left nothing to undo.`);
  if (action === 'forward-fix' || action === 'needs-human')
    return run.end('needs-human', `${reason} Nothing was undone.`);
  const price = takes.length > 0 ? ` It ${priceText(assessment.plan)}.` : '';
  const note = `Undoes ${plural(assessment.steps.length, 'step')} of ${input.undo}: ${steps.flatMap(({ migrations }) => migrations).join(', ')}.${price}`;
  const required = assessment.plan.approval ? Math.max(1, approval.required) : approval.required;
  const request = { kind: 'rollback' as const, bindingDigest: assessment.digest, required, note };
  // A swap is asked about when the backup is restored and its price is known exactly.
  if (action !== 'restore-swap') {
    const answer = await run.phase('approve', () => people.ask(request, approval.expiryMs));
    if (answer !== 'approved') return run.end(answer, `The rollback was ${answer}; nothing was undone.`);
  }
  const why = `Rollback of ${input.undo}, asked for by ${input.requester.name}.`;
  const approved = assessment.digest;
  const what = { deployment: input.undo, schemaFingerprint, approval, strategy: input.strategy, approved };
  return CancellationScope.nonCancellable(() => undo(run, people, why, null, what));
}
