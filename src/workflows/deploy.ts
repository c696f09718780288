/** A deployment, as its story. */
import { CancelledFailure } from '@temporalio/common';
import { CancellationScope } from '@temporalio/workflow';
import type { DeployInput, Outcome } from '../contract';
import { FailureType, permanent } from '../errors';
import { plural } from '../policy/words';
import { Announcer } from './announcer';
import { ApprovalGate } from './approval-gate';
import { conclude, undoAfter } from './conclude';
import { migrate } from './migrate';
import { monitor, watchedText } from './monitor';
import {
  approve,
  awaitWindow,
  backup,
  inspect,
  judgeChecklist,
  makePlan,
  recheck,
  rehearse,
  windowIsOpen,
} from './prepare';
import { Run } from './run';
import { verify } from './verify';

/** Plans that people approved and that reality overtook, before a deployment gives up. */
const MAX_ROUNDS = 5;
/** Maintenance windows that close before everything is checked again, before a deployment gives up. */
const MAX_WINDOWS = 5;

export async function deploy(input: DeployInput): Promise<Outcome> {
  const run = new Run(input);
  const people = new ApprovalGate(run);
  const announcer = new Announcer(run);
  let outcome: Outcome;
  try {
    outcome = await people.stoppableRun(() => story(run, people));
  } catch (error) {
    outcome = await CancellationScope.nonCancellable(() => undoAfter(error, run, people));
  }
  return CancellationScope.nonCancellable(() => conclude(outcome, run, announcer));
}

async function story(run: Run, people: ApprovalGate): Promise<Outcome> {
  const early = await prepareUntilStill(run, people);
  if (early) return early;
  await migrate(run);
  await verify(run);
  await monitor(run);
  // An abort that comes with the last sample finds nothing under way to cancel.
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('It was stopped.');
  const { environment, target } = run.input;
  const { migrations } = run.known.plan;
  return run.end(
    'deployed',
    `${plural(migrations.length, 'migration')} deployed to ${environment}/${target}; watched: ${watchedText(run)}.`,
  );
}

/** What was approved must be what is there: if anything changed meanwhile, the approval is void and all begins again. */
async function prepareUntilStill(run: Run, people: ApprovalGate): Promise<Outcome | null> {
  for (let round = 1; ; round++) {
    const early = await prepare(run, people, round);
    if (early) return early;
    const changed = await recheckInWindow(run);
    if (changed === null) return null;
    if (round === MAX_ROUNDS) {
      throw permanent(
        FailureType.Changed,
        `${changed} That was plan ${round}; deploy again when the project is at rest.`,
      );
    }
    run.tell(`${changed} The approval is void; planning again.`);
  }
}

/** Everything before production is written to. Resolves to how it ended, when it ends here. */
async function prepare(run: Run, people: ApprovalGate, round: number): Promise<Outcome | null> {
  const { pending, appliedMigrations } = await inspect(run);
  if (pending.length === 0)
    return run.end('up-to-date', `Nothing to deploy: ${plural(appliedMigrations, 'migration')} applied, none pending.`);
  await makePlan(run);
  const blocked = await judgeChecklist(run);
  if (blocked !== null) return run.end('blocked', blocked);
  await backup(run, round);
  await rehearse(run);
  return approve(run, people);
}

/** What migrates is checked in the window that it migrates in. @returns what changed, in words; null when nothing did. */
async function recheckInWindow(run: Run): Promise<string | null> {
  for (let closed = 0; closed < MAX_WINDOWS; closed++) {
    await awaitWindow(run);
    const changed = await recheck(run);
    if (changed !== null || windowIsOpen(run)) return changed;
  }
  throw permanent(
    FailureType.WindowClosed,
    `The maintenance window closed ${MAX_WINDOWS} times before everything was checked again; make it longer, and deploy again.`,
  );
}
