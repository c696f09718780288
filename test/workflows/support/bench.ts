/** A Temporal server, a worker with stubbed activities, and deployments that run on them. */
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../../src/activities';
import { workflowIdFor, SEARCH_ATTRIBUTES, type DeployInput, type RollbackInput } from '../../../src/contract';
import { requireTool, resolveTemporalCli, resolveTestServer } from '../../../src/local';
import { workflowBundle } from './bundle';
import { Deployment } from './deployment';
import { HEALTHY } from './stubs';

const TASK_QUEUE = 'bench';
const KEYWORD = 2;

export class Bench {
  private readonly deployments = new Map<string, Deployment>();
  private worker: Worker | null = null;
  private running: Promise<void> = Promise.resolve();

  private constructor(
    readonly env: TestWorkflowEnvironment,
    private readonly interceptors: string[],
  ) {}

  /**
   * Time passes as fast as the workflows allow while somebody waits for a result; one deployment at a time.
   * @param interceptors modules that change what the workflows do.
   */
  static timeSkipping(interceptors: string[] = []): Promise<Bench> {
    return Bench.open(async () => {
      const { path } = requireTool(await resolveTestServer({ mode: 'look' }));
      return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
    }, interceptors);
  }

  /** The server that people run; its time is real. */
  static devServer(): Promise<Bench> {
    return Bench.open(async () => {
      const { path } = requireTool(await resolveTemporalCli({ mode: 'look' }));
      return TestWorkflowEnvironment.createLocal({
        server: { executable: { type: 'existing-path', path } },
        client: { identity: 'bench' },
      });
    });
  }

  private static async open(
    connect: () => Promise<TestWorkflowEnvironment>,
    interceptors: string[] = [],
  ): Promise<Bench> {
    quietRuntime();
    const bundle = workflowBundle(interceptors);
    const bench = new Bench(await connect(), interceptors);
    await bench.registerSearchAttributes();
    bench.worker = await Worker.create({
      connection: bench.env.nativeConnection,
      taskQueue: TASK_QUEUE,
      identity: 'bench',
      workflowBundle: await bundle,
      interceptors: { workflowModules: interceptors },
      activities: bench.dispatchers(),
      // A cancellation travels with the answer to a heartbeat.
      maxHeartbeatThrottleInterval: '20ms',
      defaultHeartbeatThrottleInterval: '20ms',
    });
    bench.running = bench.worker.run();
    return bench;
  }

  /** Starts a deployment whose activities are those of a healthy one, but for `overrides`. */
  deploy(overrides: Partial<Activities> = {}): Promise<Deployment> {
    return this.start('deploy', this.input(), overrides);
  }

  /** Starts the rollback of an earlier deployment. */
  rollback(overrides: Partial<Activities> = {}): Promise<Deployment> {
    const input: RollbackInput = { ...this.input(), undo: 'deployment-0', strategy: 'auto' };
    return this.start('rollback', input, overrides);
  }

  /** Replays everything that ran here. @throws DeterminismViolationError naming the deployment. */
  async replayAll(): Promise<void> {
    const histories = await Promise.all(
      [...this.deployments.values()].map(async ({ id, handle }) => ({
        workflowId: id,
        history: await handle.fetchHistory(),
      })),
    );
    const options = {
      workflowBundle: await workflowBundle(this.interceptors),
      interceptors: { workflowModules: this.interceptors },
    };
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
      if (error) throw new Error(`${workflowId} does not replay`, { cause: error });
    }
  }

  async close(): Promise<void> {
    this.worker?.shutdown();
    await this.running;
    await this.env.teardown();
  }

  private input(): DeployInput {
    const deploymentId = `deployment-${this.deployments.size + 1}`;
    return { deploymentId, environment: 'test', target: deploymentId, requester: { id: 'cli:rhea', name: 'rhea' } };
  }

  private async start(
    type: 'deploy' | 'rollback',
    input: DeployInput,
    overrides: Partial<Activities>,
  ): Promise<Deployment> {
    const deployment = new Deployment(input, { ...HEALTHY, ...overrides });
    this.deployments.set(input.deploymentId, deployment);
    const workflowId = workflowIdFor(input.environment, input.target);
    deployment.handle = await this.env.client.workflow.start(type, {
      taskQueue: TASK_QUEUE,
      workflowId,
      args: [input],
    });
    return deployment;
  }

  /** One worker serves every deployment: each call goes to the stubs of the deployment that it is for. */
  private dispatchers(): Record<string, (...args: unknown[]) => unknown> {
    const names = Object.keys(HEALTHY) as (keyof Activities)[];
    return Object.fromEntries(
      names.map((name) => [name, (...args: unknown[]) => this.find(args[0]).called(name, args)]),
    );
  }

  /** Activities begin with the deployment's input, its status, or the place of its message (named after it by the stub). */
  private find(first: unknown): Deployment {
    const { deploymentId, input, channel } = first as { deploymentId?: string; input?: DeployInput; channel?: string };
    const found = this.deployments.get(deploymentId ?? input?.deploymentId ?? channel ?? '');
    if (!found) throw new Error('An activity was called for a deployment that nobody started.');
    return found;
  }

  private async registerSearchAttributes(): Promise<void> {
    const searchAttributes = Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map((name) => [name, KEYWORD]));
    await this.env.connection.operatorService.addSearchAttributes({
      namespace: this.env.namespace ?? 'default',
      searchAttributes,
    });
  }
}

let quiet = false;

/** Activities that fail are what many tests are about: their warnings say nothing. */
export function quietRuntime(): void {
  if (!quiet)
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    });
  quiet = true;
}
