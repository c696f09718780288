/**
 * A deployment up to phase `migrate`, its activities called as the workflow calls them. Scratch databases are named after its id, and test
 * files share a server: each file needs ids of its own.
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities, type Activities } from '../../src/activities';
import { createPgTools } from '../../src/adapters/pg-tools';
import type { DeployInput } from '../../src/contract';
import { isLastStep, migrationsIn } from '../../src/policy/steps';
import type { TestProject } from './project';

export interface PreparedDeployment {
  activities: Activities;
  input: DeployInput;
  /** What `applyStep` is asked for, step by step. */
  requests: Parameters<Activities['applyStep']>[1][];
  /** Of the schema before it. */
  schemaFingerprint: string;
}

/** One attempt at an activity of a workflow run: the fence tells runs apart. */
export const attempted = (attempt: number, runId = 'run'): MockActivityEnvironment =>
  new MockActivityEnvironment({ attempt, workflowExecution: { workflowId: 'w', runId } });

export const inActivity = <T>(work: () => Promise<T>, runId?: string): Promise<T> => attempted(1, runId).run(work);

export async function prepareDeployment(project: TestProject, deploymentId: string): Promise<PreparedDeployment> {
  const activities = createActivities({
    config: project.config,
    tools: createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? ''),
    signingKey: '',
    slack: null,
    uiUrl: '',
    openOn: () => Promise.resolve([]),
    env: project.env,
  });
  const { environment, target } = project;
  const input = { deploymentId, environment, target, requester: { id: 'cli:maya', name: 'maya' } };
  const { schemaFingerprint } = await inActivity(() => activities.inspect(input));
  const { plan } = await inActivity(() => activities.plan(input, null));
  const rehearsal = await inActivity(() => activities.rehearse(input, plan, null));
  const requests = plan.steps.map((step) => ({
    step,
    migrations: migrationsIn(plan, step),
    budgets: null,
    window: null,
    isLast: isLastStep(plan, step),
  }));
  await inActivity(() => activities.registerUndo(input, plan, rehearsal, schemaFingerprint));
  return { activities, input, requests, schemaFingerprint };
}
