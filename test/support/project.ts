/** A project in a folder of its own, with its configuration, worker and client: a deployment as a person runs it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { LockkeeperClient } from '../../src/client';
import { loadConfig, type Config } from '../../src/config';
import { startWorker, type RunningWorker } from '../../src/worker';

export interface TestProject {
  root: string;
  config: Config;
  environment: string;
  target: string;
  /** For child processes: the CLI, a worker that is to be killed. */
  env: NodeJS.ProcessEnv;
  client: LockkeeperClient;
  startWorker(): Promise<RunningWorker>;
  close(): Promise<void>;
}

export interface ProjectOptions {
  url: string;
  migrations: string;
  schema: string;
  /** Of the environment. Default: `test`. */
  name?: string;
  /** Merged over the environment's section of lockkeeper.yaml. */
  environment?: Record<string, unknown>;
  /** URL of the database that environment `staging` leads to; without it there is no such environment. */
  staging?: string;
  slack?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
}

/** Quick and asking nobody, unless a test says otherwise. */
const DEFAULTS = {
  approvals: { required: 0 },
  backup: { dir: 'backups' },
  verify: { generate: false },
  monitor: { duration: '200ms', interval: '100ms' },
};

/** Each project has a task queue and a target name of its own: tests share one namespace. */
export async function testProject(options: ProjectOptions): Promise<TestProject> {
  const { name = 'test' } = options;
  const root = mkdtempSync(join(tmpdir(), 'lockkeeper project '));
  const id = randomBytes(4).toString('hex');
  const target = `t${id}`;
  const environment = {
    ...DEFAULTS,
    ...options.environment,
    targets: { [target]: { urlEnv: 'LOCKKEEPER_TARGET_URL' } },
  };
  const file = {
    project: { schema: options.schema, migrations: options.migrations },
    temporal: { taskQueue: `queue-${id}` },
    environments: {
      [name]: environment,
      ...(options.staging && { staging: { targets: { [target]: { urlEnv: 'LOCKKEEPER_STAGING_URL' } } } }),
    },
    ...(options.slack ? { slack: options.slack } : {}),
  };
  writeFileSync(join(root, 'lockkeeper.yaml'), stringify(file));
  const config = loadConfig('lockkeeper.yaml', root);
  const key = randomBytes(32).toString('hex');
  const env = {
    ...process.env,
    LOCKKEEPER_TARGET_URL: options.url,
    LOCKKEEPER_STAGING_URL: options.staging,
    LOCKKEEPER_SIGNING_KEY: key,
    LOCKKEEPER_LOG_LEVEL: 'silent',
    NO_COLOR: '1',
    ...options.env,
  };
  const client = await LockkeeperClient.connect({ signingKey: key, taskQueue: config.taskQueue });
  const workers: RunningWorker[] = [];
  return {
    root,
    config,
    environment: name,
    target,
    env,
    client,
    async startWorker() {
      const worker = await startWorker(config, env);
      workers.push(worker);
      return worker;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.shutdown()));
      await client.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
