/** apply: the same migrations by every contestant in turn, each time on a fresh copy of the same database. */
import { lockkeeper, measureLoading } from './contestants/lockkeeper';
import { peers } from './contestants/peers';
import { psql, psqlAsync } from './contestants/psql';
import { timedProcess } from './contestants/timed-process';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { race, type Runner } from './race';
import { table, type Section } from './results';
import { BenchServer } from './server';
import { ms, range, summarize } from './stats';
import { broxivaEmpty, broxivaSeeded, ghostfolio, type TimedWorkload } from './workloads';

export async function apply(options: BenchOptions): Promise<Section> {
  const server = await BenchServer.start(options.log);
  try {
    const loading = await measureLoading(server.url('postgres'));
    const { found, skipped } = await peers(options);
    const contestants = [psql, lockkeeper, psqlAsync, ...found];
    const parts: string[] = [];
    for (const workload of await workloadsOf(server, options)) {
      options.log(`${workload.title}: preparing`);
      parts.push(report(workload, await race(server, workload, contestants, options)));
    }
    const lines = [
      provenance(options.command, server.version),
      `Milliseconds from a program's start to its end, ${options.rounds} runs each after one that does not count; server settings as initdb leaves them (fsync on). A ratio is the median over the rounds of a run's time to psql's in the same round.`,
      `Lockkeeper is the phase \`migrate\` in process (activities \`registerUndo\` and every \`applyStep\`: sessions, ledger, fence, engine, markers, settling), by the plan's own steps, its reversals rehearsed beforehand.`,
      `Loaded once a process and not in the figures: Prisma's engine ${ms(loading.engineMs)} ms, the parser ${ms(loading.parserMs)} ms. In the figures: psql's start and connection, ${ms(await psqlStart(server))} ms.`,
    ];
    return { name: 'apply', body: [lines.join('\n'), ...parts, ...skipped].join('\n\n') };
  } finally {
    await server.stop();
  }
}

async function workloadsOf(server: BenchServer, { log }: BenchOptions): Promise<TimedWorkload[]> {
  log("making Broxiva's databases");
  const empty = await broxivaEmpty(server);
  return [empty, await broxivaSeeded(server, empty), ghostfolio()];
}

function report({ title, target }: TimedWorkload, runners: Runner[]): string {
  const base = runners.find(({ name }) => name === psql.name)?.times ?? [];
  const rows = runners.map(({ name, detail, times }) => {
    const summary = summarize(times);
    // Of runs right after one another: what else the machine did then slowed both.
    const ratio = summarize(times.map((time, round) => time / (base[round] ?? NaN))).median;
    const verdict = name === lockkeeper.name ? `${ratio <= target ? 'met' : 'missed'} (<= ${target.toFixed(2)}x)` : '';
    const label = detail === '' ? name : `${name} (${detail})`;
    return [label, ms(summary.median), range(summary), `${ratio.toFixed(2)}x`, verdict];
  });
  return `### ${title}\n\n${table(['by', 'median ms', 'min – max', 'ratio', 'target'], rows)}`;
}

async function psqlStart(server: BenchServer): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++)
    times.push(await timedProcess(server.program('psql'), ['--no-psqlrc', '-c', '', server.url('postgres')]));
  return summarize(times).median;
}
