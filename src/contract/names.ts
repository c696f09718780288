/** The names under which both sides meet: task queue, workflow id, phases, search attributes. */

/** Task queue that workers poll and clients start deployments on, unless `temporal.taskQueue` says otherwise. */
export const TASK_QUEUE = 'lockkeeper';

/** One live deployment a database: the workflow id is the lock, and the UI lists its whole history under it. */
export function workflowIdFor(environment: string, target: string): string {
  return `migrate/${environment}/${target}`;
}

/** Phases of a deployment, in their order. `compensate` runs only after a failure. */
export const PHASES = [
  'inspect',
  'plan',
  'checklist',
  'backup',
  'rehearse',
  'approve',
  'window',
  'recheck',
  'migrate',
  'verify',
  'monitor',
  'compensate',
  'report',
] as const;
export type Phase = (typeof PHASES)[number];

/** Search attributes (all Keyword) that filter deployments in the Temporal UI; the dev server registers them at start. */
export const SEARCH_ATTRIBUTES = {
  environment: 'LockkeeperEnvironment',
  target: 'LockkeeperTarget',
  phase: 'LockkeeperPhase',
  outcome: 'LockkeeperOutcome',
  database: 'LockkeeperDatabase',
} as const;

/** Workflow memo: how a client finds a run by deployment id. */
export interface DeploymentMemo {
  deploymentId: string;
  requester: string;
}
