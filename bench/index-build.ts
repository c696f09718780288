/** index: an index on ten million rows as a whole deployment: what people see of it, and what stopping it leaves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { DeploymentRef, LockkeeperClient } from '../src/client';
import type { Outcome, StatementWork } from '../src/contract';
import { withWorker } from './deployments';
import { largeTable } from './large-table';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { ENVIRONMENT, TARGET } from './project';
import { table, type Section } from './results';
import { BenchServer, connected } from './server';
import { broxivaEmpty, broxivaSeeded, makeKeys } from './workloads';

const ROWS = 10_000_000;
const CANCEL_TARGET_MS = 2_000;
/** Of the phase in which it is stopped. */
const CANCEL_AT_PERCENT = 30;
const LOOK_EVERY_MS = 200;
const BENCH = { id: 'cli:bench', name: 'bench' };

export async function indexBuild(options: BenchOptions): Promise<Section> {
  const server = await BenchServer.start(options.log);
  try {
    options.log("making Broxiva's databases");
    const seven = await broxivaSeeded(server, await broxivaEmpty(server));
    await makeKeys(server.url(seven.template));
    const large = await largeTable(server, seven, { rows: ROWS, pending: 'index', id: 'broxiva_index' }, options.log);
    const workload = { ...large, settings: { backup: { enabled: false } } };
    const place = { workload, database: large.template, rehearsal: 'schema-only' as const };
    const rows = await withWorker(server, place, options, (client) =>
      connected(server.url(large.template), async (database) => [
        ...(await stopped(client, database, options)),
        ...(await built(client, database, options)),
      ]),
    );
    return {
      name: 'index',
      body: [provenance(options.command, server.version), EXPLANATION, table(HEADER, rows)].join('\n\n'),
    };
  } finally {
    await server.stop();
  }
}

const EXPLANATION = `A deployment whose one migration is a \`CREATE INDEX\` on ${ROWS.toLocaleString('en')} rows, by a worker of its own (no backup, reversals proven on the schema). The first is aborted at ${CANCEL_AT_PERCENT} % of a phase, the second left alone. Progress is what the client's \`status\` answers, asked five times a second; whether the index is being built is asked of \`pg_stat_progress_create_index\`.`;
const HEADER = ['what', 'figure', 'target'];

/** Aborts a deployment in the middle of the build. */
async function stopped(client: LockkeeperClient, database: Client, { log }: BenchOptions): Promise<string[][]> {
  log('a deployment that is aborted while it builds');
  const ref = await client.start(ENVIRONMENT, TARGET, BENCH);
  await follow(client, ref, ({ percent }) => (percent ?? 0) >= CANCEL_AT_PERCENT);
  const startedAt = performance.now();
  await client.abort(ref, BENCH, 'bench');
  while (await isBuilding(database)) await sleep(20);
  const quietMs = performance.now() - startedAt;
  const outcome = await client.result(ref);
  const left = await invalidIndexes(database);
  return [
    [
      'from abort to no more building, ms',
      Math.round(quietMs).toLocaleString('en'),
      verdict(quietMs <= CANCEL_TARGET_MS, `<= ${CANCEL_TARGET_MS}`),
    ],
    ['how it ended', outcome.status, ''],
    ['invalid indexes left', String(left), verdict(left === 0, '0')],
  ];
}

/** Lets the next one finish. @throws Error when it does not. */
async function built(client: LockkeeperClient, database: Client, { log }: BenchOptions): Promise<string[][]> {
  log('a deployment that is left alone');
  const ref = await client.start(ENVIRONMENT, TARGET, BENCH);
  const { seen, outcome } = await follow(client, ref, () => false);
  if (outcome?.status !== 'deployed') throw new Error(`The deployment ended ${outcome?.status}: ${outcome?.summary}`);
  const answers = new Set(seen.map(({ phase, percent }) => `${phase} ${percent}`)).size;
  const phases = [...new Set(seen.map(({ phase }) => phase))];
  const took = await client.status(ref).then(({ steps }) => steps[0]?.durationMs ?? 0);
  return [
    ['the next deployment built it in, s', (took / 1000).toFixed(1), ''],
    ['different answers of status meanwhile', String(answers), verdict(answers >= 3, '>= 3')],
    ['phases told', phases.join(', '), ''],
    ['invalid indexes left', String(await invalidIndexes(database)), ''],
  ];
}

/** Asks for the status until `enough` says so of the work told, or the deployment ends. */
async function follow(
  client: LockkeeperClient,
  ref: DeploymentRef,
  enough: (work: StatementWork) => boolean,
): Promise<{ seen: StatementWork[]; outcome: Outcome | null }> {
  const seen: StatementWork[] = [];
  for (;;) {
    const { progress, phase, outcome } = await client.status(ref);
    if (outcome) return { seen, outcome };
    const work =
      phase === 'migrate' && progress !== null && typeof progress === 'object' && 'work' in progress
        ? progress.work
        : null;
    if (work) seen.push(work);
    if (work && enough(work)) return { seen, outcome: null };
    await sleep(LOOK_EVERY_MS);
  }
}

async function isBuilding(database: Client): Promise<boolean> {
  const { rowCount } = await database.query(
    `SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()`,
  );
  return (rowCount ?? 0) > 0;
}

async function invalidIndexes(database: Client): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'SELECT count(*)::int FROM pg_index WHERE NOT (indisvalid AND indisready AND indislive)',
  );
  return rows[0]?.count ?? 0;
}

function verdict(met: boolean, target: string): string {
  return `${met ? 'met' : 'missed'} (${target})`;
}
