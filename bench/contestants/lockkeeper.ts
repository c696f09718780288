/** Lockkeeper's executor, as a worker runs it: the activities of the phase `migrate`, one after the other. */
import { execFileSync } from 'node:child_process';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities, type Activities } from '../../src/activities';
import { createPgTools } from '../../src/adapters/pg-tools';
import { withEngine } from '../../src/adapters/prisma-engine';
import { openSession, type Client } from '../../src/adapters/postgres';
import type { DeployInput, Plan, RehearsalSummary } from '../../src/contract';
import { isLastStep, migrationsIn } from '../../src/policy/steps';
import { benchProject, ENVIRONMENT, TARGET } from '../project';
import type { BenchServer } from '../server';
import type { Workload } from '../workloads';
import type { Contestant, PreparedRun } from './contestant';

/** What a deployment has decided before it migrates. */
interface Prepared {
  input: DeployInput;
  plan: Plan;
  rehearsal: RehearsalSummary;
  schemaFingerprint: string;
}

const PREPARATION = 'bench_preparation';

export const lockkeeper: Contestant = { name: 'Lockkeeper', prepare };

/** Plans and rehearses once, on a copy: a plan and its proven reversals hold for every copy of the same template. */
async function prepare(server: BenchServer, workload: Workload): Promise<PreparedRun> {
  const project = benchProject(server.folder, workload, 'schema-only');
  const activitiesAt = (url: string): Activities =>
    createActivities({
      config: project.config,
      tools: createPgTools(server.binDir),
      signingKey: '',
      slack: null,
      uiUrl: '',
      openOn: () => Promise.resolve([]),
      env: project.env(url),
    });
  const activities = activitiesAt(await server.recreate(PREPARATION, workload.template));
  const input: DeployInput = {
    deploymentId: `bench-${workload.id}`,
    environment: ENVIRONMENT,
    target: TARGET,
    requester: { id: 'cli:bench', name: 'bench' },
  };
  const { schemaFingerprint } = await inActivity(() => activities.inspect(input));
  const { plan } = await inActivity(() => activities.plan(input, null));
  const rehearsal = await inActivity(() => activities.rehearse(input, plan, null));
  await server.drop(PREPARATION);
  const prepared = { input, plan, rehearsal, schemaFingerprint };
  return { timed: (url) => migrated(activitiesAt(url), prepared), detail: `${plan.steps.length} steps` };
}

/** Resolves to milliseconds. A migration that gives up is undone before it says so, as the workflow's `compensate` does. */
async function migrated(activities: Activities, prepared: Prepared): Promise<number> {
  const startedAt = performance.now();
  try {
    await migrate(activities, prepared);
  } catch (error) {
    await undo(activities, prepared.input);
    throw error;
  }
  return performance.now() - startedAt;
}

/** What the workflow's phase `migrate` runs. */
async function migrate(activities: Activities, { input, plan, rehearsal, schemaFingerprint }: Prepared): Promise<void> {
  await inActivity(() => activities.registerUndo(input, plan, rehearsal, schemaFingerprint));
  for (const step of plan.steps) {
    await inActivity(() =>
      activities.applyStep(input, {
        step,
        migrations: migrationsIn(plan, step),
        budgets: null,
        window: null,
        isLast: isLastStep(plan, step),
      }),
    );
  }
}

async function undo(activities: Activities, input: DeployInput): Promise<void> {
  const { steps } = await inActivity(() => activities.assessUndo(input, input.deploymentId, 'auto'));
  for (const step of steps) {
    const { state, detail } = await inActivity(() => activities.reverseStep(input, input.deploymentId, step));
    if (state === 'failed') throw new Error(`step ${step + 1} was not undone: ${detail}`);
  }
}

/** An activity finds its context, heartbeats included, as under a worker. */
function inActivity<T>(work: () => Promise<T>): Promise<T> {
  return new MockActivityEnvironment({ attempt: 1 }).run(work);
}

/** Milliseconds that a process pays once, whatever it deploys. The engine must not have been used in this process yet. */
export async function measureLoading(url: string): Promise<{ engineMs: number; parserMs: number }> {
  const first = await emptyEngine(url);
  return { engineMs: first - (await emptyEngine(url)), parserMs: parserLoading() };
}

async function emptyEngine(url: string): Promise<number> {
  const startedAt = performance.now();
  const connect = (): Promise<Client> => openSession(url, { applicationName: 'lockkeeper/bench' });
  await withEngine({ schema: 'public', connect }, () => Promise.resolve());
  return performance.now() - startedAt;
}

/** Asked in a process of its own: importing the parser begins to load it. */
function parserLoading(): number {
  const script = `const t = performance.now(); require('libpg-query').loadModule().then(() => console.log(performance.now() - t))`;
  return Number(execFileSync(process.execPath, ['-e', script], { cwd: __dirname, encoding: 'utf8' }));
}
