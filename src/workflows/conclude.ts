/** How a deployment ends: undone where it had begun to write, and reported. */
import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { FailureSummary, Outcome } from '../contract';
import { FailureType } from '../errors';
import { read } from './activity-options';
import type { Announcer } from './announcer';
import type { ApprovalGate } from './approval-gate';
import { compensate } from './compensate';
import type { Run } from './run';
import { nothingYet, type Undo } from './undoing';

/** Nobody knows how to go on, or another deployment does it now: an undo would be one more write. */
const STOPS_WRITING = new Set<string>([FailureType.NeedsHuman, FailureType.Fenced]);

/** Ends fully old, or says that a person is needed and writes nothing more. */
export async function undoAfter(error: unknown, run: Run, people: ApprovalGate): Promise<Outcome> {
  const happened = run.failure(error);
  // An abort asks for an undo, but not where an activity found that nobody knows how.
  const failure = people.aborted && !STOPS_WRITING.has(happened.type) ? abortion(run, people) : happened;
  const wrote = run.status.phases.some(({ phase, state }) => phase === 'migrate' && state !== 'pending');
  const { facts, plan } = run.status;
  if (!wrote || !facts || !plan) {
    const aborted = failure.type === FailureType.Aborted;
    return run.end(aborted ? 'aborted' : 'failed', `${failure.message} Nothing was migrated.`, failure);
  }
  if (STOPS_WRITING.has(failure.type)) return run.end('needs-human', failure.message, failure);
  return undo(run, people, failure.message, failure, {
    deployment: run.input.deploymentId,
    schemaFingerprint: facts.schemaFingerprint,
    approval: plan.approval,
    strategy: 'auto',
    approved: null,
  });
}

/**
 * Runs phase `compensate` and says how it went.
 * @param why the sentence that the outcome begins with.
 * @param failure what made it necessary; null when a person just wants it.
 */
export async function undo(
  run: Run,
  people: ApprovalGate,
  why: string,
  failure: FailureSummary | null,
  what: Undo,
): Promise<Outcome> {
  try {
    const summary = await run.phase('compensate', () => compensate(run, people, what));
    run.status.compensation = summary;
    if (summary.state === 'needs-human') return run.end('needs-human', `${why} ${summary.detail}`, failure);
    return run.end('rolled-back', `${why} ${summary.detail}`, failure);
  } catch (error) {
    const { message } = run.failure(error);
    run.status.compensation = { ...(run.status.compensation ?? nothingYet()), state: 'needs-human', detail: message };
    return run.end('needs-human', `${why} Undoing did not succeed: ${message}`, failure);
  }
}

function abortion(run: Run, { aborted }: ApprovalGate): FailureSummary {
  const reason = aborted?.reason ? `: ${aborted.reason}` : '';
  return {
    phase: run.status.phase,
    type: FailureType.Aborted,
    message: `Aborted by ${aborted?.person.name ?? 'somebody'}${reason}.`,
  };
}

/** Reports, tells people, and leaves nothing behind. */
export async function conclude(outcome: Outcome, run: Run, announcer: Announcer): Promise<Outcome> {
  try {
    await run.phase('report', async () => {
      const tidy = { summary: 'scratch databases' };
      if (usedScratch(run)) await read.dropScratch.executeWithOptions(tidy, [run.input]).catch(() => undefined);
      run.status.reports = await read.writeReport.executeWithOptions({ summary: outcome.status }, [run.status]);
    });
  } catch (error) {
    // The outcome stands without its report; the history has everything that would be in it.
    run.tell(run.failure(error).message);
  }
  await announcer.close();
  await condition(allHandlersFinished);
  return outcome;
}

function usedScratch({ status }: Run): boolean {
  return status.phases.some(
    ({ phase, state }) => ['rehearse', 'compensate'].includes(phase) && !['pending', 'skipped'].includes(state),
  );
}
