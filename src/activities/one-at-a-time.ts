/** One deployment a database at a time, also where the second calls it by another target or environment. */
import { Context } from '@temporalio/activity';
import { instanceOf } from '../adapters/inspect';
import type { OpenDeployment } from '../adapters/open-deployments';
import { withSession } from '../adapters/postgres';
import { FailureType, permanent } from '../errors';
import type { Deps } from './deps';

/**
 * Of two, the one that began first goes on. Before it is listed, all others count as earlier: two that begin in the same
 * moment meet again at the recheck, before either writes. What the other is about to do looks like a failed migration
 * meanwhile, so this is asked before the history is judged.
 * @returns the database's `instance`.
 * @throws ApplicationFailure AlreadyRunning naming the other.
 */
export async function refuseSecond({ openOn }: Deps, url: string): Promise<string> {
  const instance = await withSession(url, { applicationName: 'lockkeeper/inspect' }, instanceOf);
  const open = await openOn(instance);
  const runId = Context.current().info.workflowExecution?.runId;
  const self = open.find((one) => one.runId === runId);
  const [other] = open.filter((one) => one.runId !== runId && (!self || began(one, self) < 0)).sort(began);
  if (!other) return instance;
  const { deploymentId, workflowId, requester, startedAt } = other;
  const name = workflowId.slice(workflowId.indexOf('/') + 1);
  throw permanent(
    FailureType.AlreadyRunning,
    `Deployment ${deploymentId} of ${name}, which is the same database, is still open (started by ${requester} at ${startedAt.toISOString()}); watch it with "lockkeeper watch ${deploymentId}" or end it with "lockkeeper abort ${deploymentId}".`,
  );
}

/** Order of beginning. */
function began(a: OpenDeployment, b: OpenDeployment): number {
  return a.startedAt.getTime() - b.startedAt.getTime() || a.runId.localeCompare(b.runId);
}
