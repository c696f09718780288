/** The worker: where the parts are put together. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import {
  NativeConnection,
  Runtime,
  Worker,
  type ActivityInterceptorsFactory,
  type WorkerOptions,
} from '@temporalio/worker';
import pino from 'pino';
import { createActivities } from './activities';
import { failureInterceptor } from './activities/failure';
import { heartbeatInterceptor } from './activities/heartbeat';
import { openDeployments } from './adapters/open-deployments';
import { createSlack, type Slack } from './adapters/slack';
import { LockkeeperClient } from './client';
import { uiBase } from './client/ui';
import type { Config } from './config';
import { UsageError } from './errors';
import { makeRound } from './janitor';
import { localPgTools } from './planner';
import { signingKey } from './signing';

export interface RunningWorker {
  /** Stops polling, lets activities finish, and disconnects. */
  shutdown: () => Promise<void>;
  /** Settles when the worker has stopped, for whatever reason. */
  stopped: Promise<void>;
}

/**
 * Connects as `temporal.toml` and `TEMPORAL_*` say, and polls.
 * @param interceptors around every activity, outermost first: for tests that stop a worker at a named point.
 * @throws UsageError when PostgreSQL's client tools are missing or Temporal cannot be reached.
 */
export async function startWorker(
  config: Config,
  env: NodeJS.ProcessEnv = process.env,
  interceptors: ActivityInterceptorsFactory[] = [],
): Promise<RunningWorker> {
  const log = pino({ name: 'lockkeeper', level: env['LOCKKEEPER_LOG_LEVEL'] ?? 'warn' }, pino.destination(2));
  quietRuntime(log);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  const connection = await connect({ ...connectionOptions, address });
  const client = new Client({ connection, namespace });
  const activities = createActivities({
    config,
    tools: await localPgTools(),
    signingKey: signingKey(config.root, env),
    slack: slackOf(config, env, log),
    uiUrl: uiBase(undefined, address, namespace),
    openOn: (instance) => openDeployments(client, instance),
    env,
  });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: config.taskQueue,
    ...workflowCode(),
    ...versioning(env),
    activities,
    interceptors: {
      activity: [...interceptors, () => ({ inbound: heartbeatInterceptor }), () => ({ inbound: failureInterceptor })],
    },
    shutdownGraceTime: '10s',
    // An activity hears of its cancellation in the answer to a heartbeat. The SDK's own throttle is 80 % of the heartbeat
    // timeout: a person who stops a deployment, or watches it, would wait for seconds.
    maxHeartbeatThrottleInterval: '1s',
  });
  const stopped = worker.run().finally(() => connection.close());
  void tellHalfDone(config, env, log);
  return {
    stopped,
    shutdown: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await stopped;
    },
  };
}

/** Whoever starts a worker after a crash hears what the crash left. It never keeps the worker from its work. */
async function tellHalfDone(config: Config, env: NodeJS.ProcessEnv, log: pino.Logger): Promise<void> {
  try {
    // Nothing is decided here, so nothing is signed.
    const client = await LockkeeperClient.connect({ signingKey: '', taskQueue: config.taskQueue });
    try {
      const { found, unseen } = await makeRound({ config, env, client });
      for (const { seen, ...facts } of found) log.warn(facts, seen);
      for (const why of unseen) log.warn(why);
    } finally {
      await client.close();
    }
  } catch (error) {
    log.warn(`Nobody looked for what is half done: ${(error as Error).message}`);
  }
}

/** Runs until SIGINT or SIGTERM. */
export async function runWorker(config: Config): Promise<void> {
  const { stopped } = await startWorker(config);
  await stopped;
}

async function connect(options: { address: string }): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch {
    throw new UsageError(
      `Temporal at ${options.address} does not answer; start it with "lockkeeper dev" or set TEMPORAL_ADDRESS.`,
    );
  }
}

/** The bundle that the build made; from sources (tests) the SDK bundles on the fly. */
function workflowCode(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = join(__dirname, 'workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('./workflows') };
}

/** With a build id, a deployment finishes on the code that it began with. */
function versioning(env: NodeJS.ProcessEnv): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  const buildId = env['LOCKKEEPER_BUILD_ID'];
  if (!buildId) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: 'lockkeeper', buildId },
      defaultVersioningBehavior: 'PINNED',
    },
  };
}

function slackOf({ slack }: Config, env: NodeJS.ProcessEnv, log: pino.Logger): Slack | null {
  const token = slack ? env[slack.tokenEnv] : undefined;
  if (!slack || !token) return null;
  return createSlack({
    token,
    channel: slack.channel,
    ...(slack.apiUrl === undefined ? {} : { apiUrl: slack.apiUrl }),
    log,
  });
}

let runtimeInstalled = false;

/** The SDK's runtime is one a process; its own logger writes to stdout, which belongs to data. */
function quietRuntime(log: pino.Logger): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  // A task token is of no use to a person, and of some to a stranger.
  const write =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: { error?: unknown }) => {
      const error = meta?.error instanceof Error ? { error: inWords(meta.error) } : {};
      log[level]({ ...meta, taskToken: undefined, ...error }, message);
    };
  Runtime.install({
    logger: {
      log: (level, message, meta) => write(level.toLowerCase() as 'info')(message, meta),
      trace: write('trace'),
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    },
  });
}

/** Without its stack and details. */
function inWords(error: Error & { type?: string | null }): string {
  return `${error.type ?? error.name}: ${error.message}`;
}
