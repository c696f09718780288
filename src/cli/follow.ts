/** Follows one deployment to its end (or to where the caller wants to leave it) and turns the end into an exit code. */
import type { DeploymentRef, LockkeeperClient } from '../client';
import type { DeploymentStatus, Outcome } from '../contract';
import type { Cli } from './cli';
import { ExitCode, exitCodeOf, isWaitingForApproval } from './exit-codes';
import { CommandError } from './failure';
import { observe, type Observation } from './observe';
import type { Session } from './session';
import { waitingText } from './view/frame';
import { openProgress, type Progress } from './view/live';
import { outcomeText } from './view/outcome';

export interface FollowOptions {
  /** Leave with exit code 5 once it waits for approval. */
  leaveWhenWaiting: boolean;
}

type End =
  | { kind: 'outcome'; status: DeploymentStatus; outcome: Outcome }
  | { kind: 'waiting'; status: DeploymentStatus }
  | { kind: 'detached'; status: DeploymentStatus | null }
  | { kind: 'closed'; state: string };

export async function follow(
  cli: Cli,
  { client, config }: Session,
  ref: DeploymentRef,
  options: FollowOptions,
): Promise<ExitCode> {
  const detach = new AbortController();
  const onInterrupt = (): void => detach.abort();
  process.once('SIGINT', onInterrupt);
  const progress = openProgress(cli, ref);
  let end: End;
  try {
    end = await untilEnd(observe(client, ref, detach.signal), progress, new Silence(ref, config.taskQueue), options);
  } finally {
    progress.close();
    process.off('SIGINT', onInterrupt);
  }
  return conclude(cli, end.kind === 'outcome' ? await refresh(client, ref) : ref, end);
}

/** As it is now that it has closed; what we started with says RUNNING. */
async function refresh(client: LockkeeperClient, ref: DeploymentRef): Promise<DeploymentRef> {
  const newest = await client.latest(ref.environment, ref.target).catch(() => null);
  return newest?.runId === ref.runId ? newest : ref;
}

async function untilEnd(
  stream: AsyncIterable<Observation>,
  progress: Progress,
  silence: Silence,
  options: FollowOptions,
): Promise<End> {
  let status: DeploymentStatus | null = null;
  for await (const seen of stream) {
    if (seen.kind === 'closed') return { kind: 'closed', state: seen.ref.state };
    if (seen.kind === 'silent') {
      progress.hint(silence.heard(seen.who, status !== null));
      continue;
    }
    silence.broken();
    progress.hint(null);
    ({ status } = seen);
    progress.show(status);
    if (status.outcome) return { kind: 'outcome', status, outcome: status.outcome };
    if (options.leaveWhenWaiting && isWaitingForApproval(status)) return { kind: 'waiting', status };
  }
  return { kind: 'detached', status };
}

const PATIENCE_MS = 60_000;

/** How long to put up with no answer: a worker that restarts is worth waiting for, one that was never there is not. */
class Silence {
  private since: number | null = null;

  constructor(
    private readonly ref: DeploymentRef,
    private readonly taskQueue: string,
  ) {}

  broken(): void {
    this.since = null;
  }

  /** @throws CommandError when there is no point in waiting on. */
  heard(who: 'worker' | 'server', hadAnswer: boolean): string {
    this.since ??= Date.now();
    const back = `come back with "lockkeeper watch ${this.ref.deploymentId}"`;
    if (who === 'worker') {
      if (!hadAnswer) throw noWorker(this.ref, this.taskQueue);
      return `No worker answers; the deployment waits for one (start it with "lockkeeper worker").`;
    }
    if (Date.now() - this.since < PATIENCE_MS) return 'Temporal does not answer; trying again.';
    throw new CommandError(
      'no-temporal',
      ExitCode.Failed,
      `Temporal has not answered for a minute; the deployment goes on without us, ${back}.`,
    );
  }
}

export function noWorker(ref: DeploymentRef, taskQueue: string): CommandError {
  return new CommandError(
    'no-worker',
    ExitCode.Failed,
    `No worker answers on task queue ${taskQueue}; start one with "lockkeeper worker". Deployment ${ref.deploymentId} is safe: it goes on when a worker is there. Come back with "lockkeeper watch ${ref.deploymentId}". Temporal UI: ${ref.uiUrl}`,
  );
}

function conclude(cli: Cli, ref: DeploymentRef, end: End): ExitCode {
  const ui = `Temporal UI: ${ref.uiUrl}`;
  switch (end.kind) {
    case 'outcome':
      cli.answer(
        { deployment: ref, status: end.status },
        outcomeText(ref, end.status, end.outcome, cli.colors, cli.width),
      );
      return exitCodeOf(end.outcome.status, ref.kind, end.outcome.failure?.type);
    case 'waiting':
      cli.answer(
        { deployment: ref, status: end.status },
        [`Deployment ${ref.deploymentId} is`, ...waitingText(ref, end.status), ui].join('\n'),
      );
      return ExitCode.WaitingForApproval;
    case 'detached':
      cli.answer(
        { deployment: ref, status: end.status },
        `The deployment goes on; come back with "lockkeeper watch ${ref.deploymentId}".\n${ui}`,
      );
      return ExitCode.Detached;
    case 'closed':
      throw endedWithout(ref, end.state);
  }
}

/** Terminated or cancelled from outside: no compensation ran. */
export function endedWithout(ref: DeploymentRef, state: string, left: string[] = []): CommandError {
  const where = `--env ${ref.environment} --target ${ref.target}`;
  const look =
    left.length > 0
      ? left.join('\n')
      : `On the worker's host, "lockkeeper doctor --env ${ref.environment}" says what is half done; "lockkeeper rollback ${ref.deploymentId} ${where}" undoes it.`;
  return new CommandError(
    'closed',
    ExitCode.NeedsHuman,
    `Deployment ${ref.deploymentId} ended from outside (${state.toLowerCase()}), so nothing undid what it had done (${ref.uiUrl}).\n${look}`,
  );
}
