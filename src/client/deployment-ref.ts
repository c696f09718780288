/** A deployment or a rollback as Temporal lists it. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES, type DeploymentMemo } from '../contract';

/** One run in the history of deployments. */
export interface DeploymentRef {
  deploymentId: string;
  kind: 'deploy' | 'rollback';
  environment: string;
  target: string;
  requester: string;
  runId: string;
  /** Temporal's own: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, TIMED_OUT. */
  state: string;
  phase: string | null;
  outcome: string | null;
  startedAt: Date;
  closedAt: Date | null;
  uiUrl: string;
}

/** Link to a run's history in the Temporal UI. */
export type UiUrl = (environment: string, target: string, runId: string) => string;

export function refOf(info: Omit<WorkflowExecutionInfo, 'raw'>, uiUrl: UiUrl): DeploymentRef {
  const memo = (info.memo ?? {}) as Partial<DeploymentMemo>;
  const [, environment = '', target = ''] = info.workflowId.split('/');
  const keyword = (name: string): string | null =>
    info.typedSearchAttributes.get(defineSearchAttributeKey(name, 'KEYWORD')) ?? null;
  return {
    deploymentId: memo.deploymentId ?? info.runId,
    kind: info.type === 'rollback' ? 'rollback' : 'deploy',
    environment,
    target,
    requester: memo.requester ?? 'unknown',
    runId: info.runId,
    state: info.status.name,
    phase: keyword(SEARCH_ATTRIBUTES.phase),
    outcome: keyword(SEARCH_ATTRIBUTES.outcome),
    startedAt: info.startTime,
    closedAt: info.closeTime ?? null,
    uiUrl: uiUrl(environment, target, info.runId),
  };
}
