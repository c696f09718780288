/** Releases of the worker that stand side by side, each with a build id (`LOCKKEEPER_BUILD_ID`). */
import { workflowIdFor } from '../../../src/contract';
import { until } from '../../support/until';
import type { Trial } from '../harness/trial';

/** As `temporal worker deployment set-current-version` does, once a worker of that build polls. */
export async function makeCurrent(
  trial: Trial,
  { LOCKKEEPER_BUILD_ID: buildId }: { LOCKKEEPER_BUILD_ID: string },
): Promise<void> {
  const { temporal } = trial.project.client;
  const { namespace } = temporal.options;
  const request = { namespace, deploymentName: 'lockkeeper', buildId, identity: 'an operator' };
  await until(`build ${buildId} is current`, () =>
    temporal.workflowService.setWorkerDeploymentCurrentVersion(request).catch(() => null),
  );
}

/** The builds that have told the workflow how to go on. */
export async function buildsOf({ project, deployment }: Trial): Promise<string[]> {
  const id = workflowIdFor(project.environment, project.target);
  const { events } = await project.client.temporal.workflow.getHandle(id, deployment.runId).fetchHistory();
  const builds = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) =>
    task ? [task.deploymentVersion?.buildId ?? 'none'] : [],
  );
  return [...new Set(builds)];
}
