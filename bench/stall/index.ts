/** stall: what the application notices of a migration. */
import type { Contestant, TimedRun } from '../contestants/contestant';
import { lockkeeper } from '../contestants/lockkeeper';
import { nothing } from '../contestants/nothing';
import { prismaEngine, retryLoop } from '../contestants/one-session';
import { peers } from '../contestants/peers';
import { psql, psqlByHand } from '../contestants/psql';
import { provenance } from '../machine';
import { isAsked, type BenchOptions } from '../options';
import { inTurn } from '../race';
import type { Section } from '../results';
import { BenchServer } from '../server';
import { shapeOf } from '../shape';
import { observe, type Observation } from './observe';
import { report } from './report';
import { scenariosOf, type Scenario } from './scenarios';
import { CLIENTS } from './traffic';

export async function stall(options: BenchOptions): Promise<Section> {
  const server = await BenchServer.start(options.log);
  try {
    const { found, skipped } = await peers(options);
    const migrating = [lockkeeper, psql, prismaEngine, ...found, retryLoop];
    const asked = migrating.filter(({ name }) => isAsked(name, options));
    const parts: string[] = [];
    for (const scenario of await scenariosOf(server, options)) {
      const measures = scenario.byHand === null ? [nothing] : [nothing, psqlByHand(scenario.byHand)];
      const contestants = [...measures, ...asked.filter((one) => !scenario.hopeless || one === lockkeeper)];
      parts.push(report(scenario, await observeAll(server, scenario, contestants, options)));
    }
    const lines = [
      provenance(options.command, server.version),
      `${CLIENTS} clients of pgbench (\`bench/stall/traffic/\`: product pages, orders, sign-ins, carts, checkouts), each with a pause of 10 ms between its transactions, before, during and after a migration; medians of ${options.rounds}, every run on a fresh copy. Server settings as initdb leaves them.`,
      'Longest stall: the longest transaction that any client had while the migration ran. Throughput: transactions a second during the migration over those of the five seconds before it; beside none: the same, over what the row without a migration had in the same round, which is what the machine did by itself. Lockkeeper is the phase `migrate` in process, as in `apply`; where it gives up, its undo is in the time.',
    ];
    return { name: 'stall', body: [lines.join('\n'), ...parts, ...skipped].join('\n\n') };
  } finally {
    await server.stop();
  }
}

export interface Seen {
  name: string;
  runs: Observation[];
}

async function observeAll(
  server: BenchServer,
  scenario: Scenario,
  contestants: Contestant[],
  { rounds, log }: BenchOptions,
): Promise<Seen[]> {
  const shapeBefore = await shapeOf(server.url(scenario.workload.template));
  const prepared: (Seen & { timed: TimedRun })[] = [];
  for (const { name, prepare } of contestants) {
    log(`${scenario.title}: preparing ${name}`);
    prepared.push({ name, runs: [], timed: (await prepare(server, scenario.workload)).timed });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { name, timed, runs } of inTurn(prepared, round)) {
      const { url, ...seen } = await observe(server, scenario, timed);
      const { stallMs, throughput, tookMs, failure } = seen;
      log(
        `${round + 1}/${rounds} ${name}: stall ${Math.round(stallMs)} ms, throughput ${Math.round(throughput * 100)} %, ${(tookMs / 1000).toFixed(1)} s${failure ? `, ${failure}` : ''}`,
      );
      checkEnd(scenario, name, seen, (await shapeOf(url)) !== shapeBefore);
      runs.push(seen);
    }
  }
  return prepared;
}

/** A deployment that fails is a result. @throws Error when the figures would be those of something else. */
function checkEnd({ hopeless }: Scenario, name: string, { failure }: Observation, changed: boolean): void {
  if (name === nothing.name || (failure !== null && !hopeless)) return;
  if (hopeless && failure === null) throw new Error(`${name} was to give up, and went on`);
  if (hopeless && changed) throw new Error(`${name} gave up, and left a part of the schema changed`);
  if (!hopeless && !changed) throw new Error(`${name} changed nothing`);
}
