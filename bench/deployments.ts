/** Whole deployments as people start them: a Temporal server, a worker in a process of its own, a client. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LockkeeperClient } from '../src/client';
import { requireTool, resolveTemporalCli, startTemporal } from '../src/local';
import type { BenchOptions } from './options';
import { benchProject } from './project';
import type { BenchServer } from './server';
import { WorkerProcess } from './worker-process';
import type { Workload } from './workloads';

const WORKER_TIMEOUT_MS = 30_000;

/** Runs `use` with a worker that deploys `workload` to `database`. */
export async function withWorker<T>(
  server: BenchServer,
  { workload, database, rehearsal }: { workload: Workload; database: string; rehearsal: 'full' | 'schema-only' },
  { log }: BenchOptions,
  use: (client: LockkeeperClient, worker: WorkerProcess) => Promise<T>,
): Promise<T> {
  const { path: cli } = requireTool(await resolveTemporalCli({ mode: 'install', log }));
  const temporal = await startTemporal({ port: 7633, uiPort: 8633, cli });
  try {
    process.env['TEMPORAL_ADDRESS'] = temporal.address;
    const { config, signingKey, env } = benchProject(server.folder, workload, rehearsal);
    const worker = WorkerProcess.start(config.root, { ...env(server.url(database)), LOCKKEEPER_PG_BIN: server.binDir });
    const client = await LockkeeperClient.connect({ signingKey, taskQueue: config.taskQueue });
    try {
      await untilPolling(client);
      return await use(client, worker);
    } finally {
      await worker.stop();
      await client.close();
    }
  } finally {
    await temporal.stop();
  }
}

async function untilPolling(client: LockkeeperClient): Promise<void> {
  for (const deadline = Date.now() + WORKER_TIMEOUT_MS; !(await client.hasWorker()); await sleep(100)) {
    if (Date.now() > deadline) throw new Error(`The worker did not poll within ${WORKER_TIMEOUT_MS / 1000} s.`);
  }
}
