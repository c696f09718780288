/** recovery: the worker that runs a statement is killed with SIGKILL; how long until another runs it again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockkeeperClient } from '../src/client';
import { workflowIdFor } from '../src/contract';
import { requireTool, resolveTemporalCli, startTemporal } from '../src/local';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { benchProject, ENVIRONMENT, TARGET, type BenchProject } from './project';
import { table, type Section } from './results';
import { BenchServer, connected } from './server';
import { ms, range, summarize } from './stats';
import { WorkerProcess } from './worker-process';

/** The heartbeat timeout of `apply` (src/workflows/activity-options.ts) and what starting again may cost beyond it. */
const TARGET_MS = 10_000 + 5_000;
const DATABASE = 'bench_recovery';
/** Never ends by itself: it is cut off when it has been seen to run again. */
const STATEMENT = 'SELECT pg_sleep(3600)';
const PATIENCE_MS = 120_000;
/** Temporal's number of the queue that activities wait in. */
const ACTIVITIES = 2;

export async function recovery({ command, rounds, log }: BenchOptions): Promise<Section> {
  const { path: cli } = requireTool(await resolveTemporalCli({ mode: 'install', log }));
  const [server, temporal] = await Promise.all([
    BenchServer.start(log),
    startTemporal({ port: 7633, uiPort: 8633, cli }),
  ]);
  try {
    process.env['TEMPORAL_ADDRESS'] = temporal.address;
    const project = sleepingProject(server.folder);
    const times: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      log(`round ${round} of ${rounds}`);
      times.push(await recoverOnce(server, project));
    }
    return { name: 'recovery', body: report(command, times, server.version) };
  } finally {
    await Promise.all([server.stop(), temporal.stop()]);
  }
}

/** One migration of one statement. */
function sleepingProject(folder: string): BenchProject {
  const migrationsDir = join(folder, 'sleeping', 'migrations');
  mkdirSync(join(migrationsDir, '1_sleep'), { recursive: true });
  writeFileSync(join(migrationsDir, '1_sleep', 'migration.sql'), `${STATEMENT};\n`);
  const schema = join(folder, 'sleeping', 'schema.prisma');
  writeFileSync(schema, 'datasource db {\n  provider = "postgresql"\n}\n');
  const workload = {
    id: 'sleeping',
    migrationsDir,
    schema,
    settings: { rehearsal: 'off', backup: { enabled: false } },
  };
  return benchProject(folder, workload, 'schema-only');
}

/** @returns milliseconds from the kill to the statement running in a session of another attempt. */
async function recoverOnce(server: BenchServer, project: BenchProject): Promise<number> {
  const url = await server.recreate(DATABASE);
  const env: NodeJS.ProcessEnv = { ...project.env(url), LOCKKEEPER_PG_BIN: server.binDir };
  const { signingKey, config } = project;
  const client = await LockkeeperClient.connect({ signingKey, taskQueue: config.taskQueue });
  const first = WorkerProcess.start(config.root, env);
  let second: WorkerProcess | undefined;
  try {
    const ref = await client.start(ENVIRONMENT, TARGET, { id: 'cli:bench', name: 'bench' });
    const killed = await running(url, '');
    const other = (second = WorkerProcess.start(config.root, env));
    await until('the second worker polls', () => polls(client, project, other));
    const killedAt = performance.now();
    await first.kill();
    await running(url, killed);
    const recovered = performance.now() - killedAt;
    const handle = client.temporal.workflow.getHandle(workflowIdFor(ENVIRONMENT, TARGET), ref.runId);
    await handle.terminate('measured');
    return recovered;
  } finally {
    await Promise.all([first.kill(), second?.kill()]);
    await client.close();
  }
}

async function polls(
  { temporal }: LockkeeperClient,
  { config }: BenchProject,
  worker: WorkerProcess,
): Promise<boolean> {
  const { pollers } = await temporal.connection.workflowService.describeTaskQueue({
    namespace: temporal.options.namespace,
    taskQueue: { name: config.taskQueue },
    taskQueueType: ACTIVITIES,
  });
  // The SDK's name of a worker: pid@host.
  return pollers?.some(({ identity }) => identity?.startsWith(`${worker.pid}@`)) ?? false;
}

/** Waits until the statement runs in a session other than `before`. @returns that session's name. */
function running(url: string, before: string): Promise<string> {
  return connected(url, (session) =>
    until('the statement runs', async () => {
      const { rows } = await session.query<{ name: string }>(
        `SELECT application_name AS name FROM pg_stat_activity
          WHERE datname = current_database() AND state = 'active' AND query LIKE '%${STATEMENT}%' AND application_name LIKE 'lockkeeper/%' AND application_name <> $1`,
        [before],
      );
      return rows[0]?.name;
    }),
  );
}

async function until<T>(what: string, check: () => Promise<T | undefined>): Promise<NonNullable<T>> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await sleep(20)) {
    const found = await check();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`);
  }
}

function report(command: string, times: number[], postgres: string): string {
  const summary = summarize(times);
  const verdict = `${summary.median <= TARGET_MS ? 'met' : 'missed'} (<= ${TARGET_MS.toLocaleString('en')})`;
  return [
    provenance(command, postgres),
    `Milliseconds from SIGKILL of the worker in mid-statement to the statement running again in a session of a second worker, ${times.length} runs. The target is the heartbeat timeout (10 s) and 5 s.`,
    table(
      ['time', 'median ms', 'min – max', 'target'],
      [['killed to running again', ms(summary.median), range(summary), verdict]],
    ),
  ].join('\n\n');
}
