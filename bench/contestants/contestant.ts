/** A way to run a workload's migrations. */
import type { BenchServer } from '../server';
import type { Workload } from '../workloads';

/** Runs the migrations on a database that is a fresh copy of the workload's template. Resolves to its time in milliseconds. */
export type TimedRun = (url: string) => Promise<number>;

export interface PreparedRun {
  timed: TimedRun;
  /** What the reader should know of this contestant's work here, `31 steps`. */
  detail?: string;
}

export interface Contestant {
  name: string;
  /** Everything that is not timed: files converted, plans made. */
  prepare(server: BenchServer, workload: Workload): Promise<PreparedRun>;
}
