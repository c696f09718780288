/** overhead: what Temporal and the workflow's code add to the work itself, and how much memory a worker takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LockkeeperClient } from '../src/client';
import { requireTool, resolveTemporalCli, startTemporal } from '../src/local';
import { workflowIdFor } from '../src/contract';
import { workflowTimes, type WorkflowTimes } from './activity-time';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { benchProject, ENVIRONMENT, TARGET } from './project';
import { table, type Section } from './results';
import { BenchServer } from './server';
import { ms, range, summarize } from './stats';
import { WorkerProcess } from './worker-process';
import { broxivaEmpty, broxivaSeeded, type Workload } from './workloads';

const TARGET_OVERHEAD_MS = 600;
const TARGET_PEAK_MIB = 400;
const DATABASE = 'bench_overhead';
const WORKER_TIMEOUT_MS = 30_000;

export async function overhead(options: BenchOptions): Promise<Section> {
  const { path: cli } = requireTool(await resolveTemporalCli({ mode: 'install', log: options.log }));
  const [server, temporal] = await Promise.all([
    BenchServer.start(options.log),
    startTemporal({ port: 7633, uiPort: 8633, cli }),
  ]);
  try {
    process.env['TEMPORAL_ADDRESS'] = temporal.address;
    const workload = await broxivaSeeded(server, await broxivaEmpty(server));
    const { times, peakMiB } = await deployments(server, workload, options);
    return { name: 'overhead', body: report(options.command, times, peakMiB, server.version) };
  } finally {
    await Promise.all([server.stop(), temporal.stop()]);
  }
}

/** Deploys the seven, whole and with nobody to wait for, again and again by one worker. The first does not count. */
async function deployments(
  server: BenchServer,
  workload: Workload,
  { rounds, log }: BenchOptions,
): Promise<{ times: WorkflowTimes[]; peakMiB: number | null }> {
  const project = benchProject(server.folder, workload, 'full');
  const env: NodeJS.ProcessEnv = { ...project.env(server.url(DATABASE)), LOCKKEEPER_PG_BIN: server.binDir };
  const client = await LockkeeperClient.connect({
    signingKey: project.signingKey,
    taskQueue: project.config.taskQueue,
  });
  const worker = WorkerProcess.start(project.config.root, env);
  const times: WorkflowTimes[] = [];
  try {
    await untilPolling(client);
    for (let round = 0; round <= rounds; round++) {
      log(`deployment ${round} of ${rounds}`);
      await server.recreate(DATABASE, workload.template);
      const deployed = await deployOnce(client);
      if (round > 0) times.push(deployed);
    }
    return { times, peakMiB: worker.peakMiB() };
  } finally {
    await worker.stop();
    await client.close();
  }
}

async function deployOnce(client: LockkeeperClient): Promise<WorkflowTimes> {
  const ref = await client.start(ENVIRONMENT, TARGET, { id: 'cli:bench', name: 'bench' });
  const { status, summary } = await client.result(ref);
  if (status !== 'deployed') throw new Error(`The deployment ended ${status}: ${summary}`);
  return workflowTimes(client.temporal.workflow.getHandle(workflowIdFor(ENVIRONMENT, TARGET), ref.runId));
}

async function untilPolling(client: LockkeeperClient): Promise<void> {
  for (const deadline = Date.now() + WORKER_TIMEOUT_MS; !(await client.hasWorker()); await sleep(100)) {
    if (Date.now() > deadline) throw new Error(`The worker did not poll within ${WORKER_TIMEOUT_MS / 1000} s.`);
  }
}

function report(command: string, times: WorkflowTimes[], peakMiB: number | null, postgres: string): string {
  const row = (name: string, values: number[], target?: number): string[] => {
    const summary = summarize(values);
    return [
      name,
      ms(summary.median),
      range(summary),
      target === undefined ? '' : `${summary.median <= target ? 'met' : 'missed'} (<= ${target})`,
    ];
  };
  const rows = [
    row(
      'whole deployment',
      times.map(({ wallMs }) => wallMs),
    ),
    row(
      'with an activity running',
      times.map(({ inActivitiesMs }) => inActivitiesMs),
    ),
    row(
      'overhead: the rest',
      times.map(({ wallMs, inActivitiesMs }) => wallMs - inActivitiesMs),
      TARGET_OVERHEAD_MS,
    ),
  ];
  const [last] = times.slice(-1);
  const peak =
    peakMiB === null
      ? 'not measured: no /proc on this system'
      : `${Math.round(peakMiB)} MiB (${peakMiB <= TARGET_PEAK_MIB ? 'met' : 'missed'}, <= ${TARGET_PEAK_MIB})`;
  return [
    provenance(command, postgres),
    `Whole deployments of Broxiva's seven (scale 1; backup, full rehearsal, no approval, one sample), milliseconds by the workflow's own history, ${times.length} runs after one that does not count; ${last?.activities ?? 0} activities and ${last?.events ?? 0} events each; the tuned dev server.`,
    table(['time', 'median ms', 'min – max', 'target'], rows),
    `Worker's peak resident memory over all runs (VmHWM, a process of its own): ${peak}.`,
  ].join('\n\n');
}
