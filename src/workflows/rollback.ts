/** Undoing an earlier deployment by hand, under the rules of any other: one at a time, approved, verified, reported. */
import { CancellationScope } from '@temporalio/workflow';
import type { Outcome, RollbackInput } from '../contract';
import { FailureType } from '../errors';
import { read } from './activity-options';
import { Announcer } from './announcer';
import { ApprovalGate } from './approval-gate';
import { conclude, undo, undoAfter } from './conclude';
import { Run } from './run';

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
  const basis = await run.phase('inspect', () => read.rollbackBasis(input, input.undo));
  const steps = basis.assessment.steps.length;
  if (steps === 0) return run.end('up-to-date', `Deployment ${input.undo} left nothing to undo.`);
  const note = `Undoes ${steps} step(s) of ${input.undo}: ${basis.migrations.join(', ')}.`;
  const answer = await run.phase('approve', () =>
    people.ask(
      { kind: 'rollback', bindingDigest: basis.assessment.digest, required: basis.approval.required, note },
      basis.approval.expiryMs,
    ),
  );
  if (answer !== 'approved') return run.end(answer, `The rollback was ${answer}; nothing was undone.`);
  const wanted = {
    phase: run.status.phase,
    type: FailureType.Aborted,
    message: `Rollback of ${input.undo}, asked for by ${input.requester.name}.`,
  };
  return CancellationScope.nonCancellable(() =>
    undo(run, people, wanted, {
      deployment: input.undo,
      schemaFingerprint: basis.schemaFingerprint,
      approval: basis.approval,
    }),
  );
}
