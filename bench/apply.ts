/** apply: the same migrations by every contestant in turn, each time on a fresh copy of the same database. */
import { dbmate, DBMATE_MODULE } from './contestants/dbmate';
import type { Contestant, TimedRun } from './contestants/contestant';
import { goTool } from './contestants/go-tools';
import { goose, GOOSE_MODULE } from './contestants/goose';
import { lockkeeper, measureLoading } from './contestants/lockkeeper';
import { psql, psqlAsync } from './contestants/psql';
import { timedProcess } from './contestants/timed-process';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { table, type Section } from './results';
import { BenchServer } from './server';
import { shapeOf } from './shape';
import { ms, range, summarize, type Summary } from './stats';
import { broxivaEmpty, broxivaSeeded, ghostfolio, type Workload } from './workloads';

const COPY = 'bench_copy';

export async function apply(options: BenchOptions): Promise<Section> {
  const server = await BenchServer.start(options.log);
  try {
    const loading = await measureLoading(server.url('postgres'));
    const { contestants, skipped } = await contestantsOf(options);
    const parts: string[] = [];
    for (const workload of await workloadsOf(server, options)) {
      options.log(`${workload.title}: preparing`);
      const summaries = await race(server, workload, contestants, options);
      parts.push(report(workload, summaries));
    }
    const lines = [
      provenance('npm run bench apply', server.version),
      `Milliseconds from a program's start to its end, ${options.rounds} runs each after one that does not count; server settings as initdb leaves them (fsync on).`,
      `Lockkeeper is the phase \`migrate\` in process (activities \`registerUndo\` and every \`applyStep\`: sessions, ledger, fence, engine, markers, baselines of the reversals, settling), its reversals rehearsed beforehand.`,
      `Loaded once a process and not in the figures: Prisma's engine ${ms(loading.engineMs)} ms, the parser ${ms(loading.parserMs)} ms. In the figures: psql's start and connection, ${ms(await psqlStart(server))} ms.`,
    ];
    return {
      name: 'apply',
      body: [lines.join('\n'), ...parts, ...skipped.map((why) => `Skipped: ${why}.`)].join('\n\n'),
    };
  } finally {
    await server.stop();
  }
}

async function contestantsOf({
  install,
  log,
}: BenchOptions): Promise<{ contestants: Contestant[]; skipped: string[] }> {
  const contestants = [psql, lockkeeper, psqlAsync];
  const skipped: string[] = [];
  const peers = [
    { name: 'goose', module: GOOSE_MODULE, make: goose },
    { name: 'dbmate', module: DBMATE_MODULE, make: dbmate },
  ];
  for (const { name, module, make } of peers) {
    const tool = await goTool(name, module, install, log);
    if ('missing' in tool) skipped.push(tool.missing);
    else contestants.push(make(tool.path, tool.version));
  }
  return { contestants, skipped };
}

async function workloadsOf(server: BenchServer, { log }: BenchOptions): Promise<Workload[]> {
  log("making Broxiva's databases");
  const empty = await broxivaEmpty(server);
  const tiny = ghostfolio();
  if (!tiny) log('no ../shared/corpus/ghostfolio here: its table is left out');
  return [empty, await broxivaSeeded(server, empty), ...(tiny ? [tiny] : [])];
}

/** @throws Error when two contestants do not make the same schema: then they did not do the same work. */
async function race(
  server: BenchServer,
  workload: Workload,
  contestants: Contestant[],
  { rounds, log }: BenchOptions,
): Promise<Map<string, Summary>> {
  const runs: { name: string; timed: TimedRun; times: number[] }[] = [];
  for (const contestant of contestants)
    runs.push({ name: contestant.name, timed: await contestant.prepare(server, workload), times: [] });
  let shape: string | null = null;
  for (let round = 0; round <= rounds; round++) {
    log(`${workload.title}: round ${round} of ${rounds}`);
    // Everybody is first as often as last.
    const turn = round % runs.length;
    for (const { name, timed, times } of [...runs.slice(turn), ...runs.slice(0, turn)]) {
      const url = await server.recreate(COPY, workload.template);
      const elapsed = await timed(url);
      const made = await shapeOf(url);
      if (made !== (shape ??= made))
        throw new Error(`${name} made another schema of ${workload.title}: ${made}, not ${shape}.`);
      if (round > 0) times.push(elapsed);
    }
  }
  await server.drop(COPY);
  return new Map(runs.map(({ name, times }) => [name, summarize(times)]));
}

function report({ title, target }: Workload, summaries: Map<string, Summary>): string {
  const base = summaries.get(psql.name)?.median ?? NaN;
  const rows = [...summaries].map(([name, summary]) => {
    const ratio = summary.median / base;
    const verdict = name === lockkeeper.name ? `${ratio <= target ? 'met' : 'missed'} (<= ${target.toFixed(2)}x)` : '';
    return [name, ms(summary.median), range(summary), `${ratio.toFixed(2)}x`, verdict];
  });
  return `### ${title}\n\n${table(['by', 'median ms', 'min – max', 'ratio', 'target'], rows)}`;
}

async function psqlStart(server: BenchServer): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++)
    times.push(await timedProcess(server.program('psql'), ['--no-psqlrc', '-c', '', server.url('postgres')]));
  return summarize(times).median;
}
