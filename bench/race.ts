/** Contestants in turn, each time on a fresh copy of the same database. */
import type { Contestant, TimedRun } from './contestants/contestant';
import type { BenchOptions } from './options';
import type { BenchServer } from './server';
import { shapeOf } from './shape';
import type { Workload } from './workloads';

const COPY = 'bench_copy';

export interface Runner {
  name: string;
  detail: string;
  /** Milliseconds, by round: runs with the same index ran one right after the other. */
  times: number[];
}

interface Prepared extends Runner {
  timed: TimedRun;
}

/**
 * One round that does not count, then `rounds` that do.
 * @throws Error when two contestants do not make the same schema: then they did not do the same work.
 */
export async function race(
  server: BenchServer,
  workload: Workload,
  contestants: Contestant[],
  { rounds, log }: BenchOptions,
): Promise<Runner[]> {
  const runners: Prepared[] = [];
  for (const { name, prepare } of contestants) {
    const { timed, detail = '' } = await prepare(server, workload);
    runners.push({ name, detail, timed, times: [] });
  }
  let shape: string | null = null;
  for (let round = 0; round <= rounds; round++) {
    log(`${workload.title}: round ${round} of ${rounds}`);
    for (const runner of inTurn(runners, round)) {
      const url = await server.recreate(COPY, workload.template);
      const elapsed = await runner.timed(url);
      const made = await shapeOf(url);
      shape ??= made;
      if (made !== shape) throw new Error(`${runner.name} made another schema: ${made}, not ${shape}.`);
      if (round > 0) runner.times.push(elapsed);
    }
  }
  await server.drop(COPY);
  return runners;
}

/** Everybody is first as often as last. */
export function inTurn<T>(all: T[], round: number): T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}
