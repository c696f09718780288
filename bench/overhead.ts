/** overhead: what Temporal and the workflow's code add to the work itself, and how much memory a worker takes. */
import type { LockkeeperClient } from '../src/client';
import { workflowIdFor } from '../src/contract';
import { workflowTimes, type WorkflowTimes } from './activity-time';
import { withWorker } from './deployments';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { ENVIRONMENT, TARGET } from './project';
import { table, type Section } from './results';
import { BenchServer } from './server';
import { ms, range, summarize } from './stats';
import { broxivaEmpty, broxivaSeeded, type Workload } from './workloads';

const TARGET_OVERHEAD_MS = 600;
const TARGET_PEAK_MIB = 400;
const DATABASE = 'bench_overhead';

export async function overhead(options: BenchOptions): Promise<Section> {
  const server = await BenchServer.start(options.log);
  try {
    const workload = await broxivaSeeded(server, await broxivaEmpty(server));
    const { times, peakMiB } = await deployments(server, workload, options);
    return { name: 'overhead', body: report(options.command, times, peakMiB, server.version) };
  } finally {
    await server.stop();
  }
}

/** Deploys the seven, whole and with nobody to wait for, again and again by one worker. The first does not count. */
function deployments(
  server: BenchServer,
  workload: Workload,
  options: BenchOptions,
): Promise<{ times: WorkflowTimes[]; peakMiB: number | null }> {
  return withWorker(server, { workload, database: DATABASE, rehearsal: 'full' }, options, async (client, worker) => {
    const times: WorkflowTimes[] = [];
    for (let round = 0; round <= options.rounds; round++) {
      options.log(`deployment ${round} of ${options.rounds}`);
      await server.recreate(DATABASE, workload.template);
      const deployed = await deployOnce(client);
      if (round > 0) times.push(deployed);
    }
    return { times, peakMiB: worker.peakMiB() };
  });
}

async function deployOnce(client: LockkeeperClient): Promise<WorkflowTimes> {
  const ref = await client.start(ENVIRONMENT, TARGET, { id: 'cli:bench', name: 'bench' });
  const { status, summary } = await client.result(ref);
  if (status !== 'deployed') throw new Error(`The deployment ended ${status}: ${summary}`);
  return workflowTimes(client.temporal.workflow.getHandle(workflowIdFor(ENVIRONMENT, TARGET), ref.runId));
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
