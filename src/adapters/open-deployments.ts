/** Deployments that are open on one database, whatever they call it: two targets or environments may lead to the same. */
import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES, type DeploymentMemo } from '../contract';

export interface OpenDeployment {
  runId: string;
  deploymentId: string;
  workflowId: string;
  requester: string;
  startedAt: Date;
}

/** Temporal's list is some moments behind: what it calls open is asked once more. @param instance as `ServerFacts` names it. */
export async function openDeployments(client: Client, instance: string): Promise<OpenDeployment[]> {
  const query = `${SEARCH_ATTRIBUTES.database} = '${instance}' AND ExecutionStatus = 'Running'`;
  const open: OpenDeployment[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const { status, startTime, memo } = await client.workflow.getHandle(workflowId, runId).describe();
    if (status.name !== 'RUNNING') continue;
    const { deploymentId = runId, requester = 'somebody' } = (memo ?? {}) as Partial<DeploymentMemo>;
    open.push({ runId, workflowId, deploymentId, requester, startedAt: startTime });
  }
  return open;
}
