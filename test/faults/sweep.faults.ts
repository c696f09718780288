/** The whole sweep: after every event of a history the worker dies; at every step of it PostgreSQL, and Temporal. */
import { FaultTests } from './harness/faults';
import { gaveUpInspecting, killPostgres, killTemporal, killWorker, sweep, type Sweep } from './harness/sweep';

const tests = new FaultTests();
afterAll(() => tests.stop());

const HOURS = 4 * 3_600_000;
const every =
  (step: number) =>
  (events: number): number[] =>
    Array.from({ length: Math.floor(events / step) }, (_, at) => (at + 1) * step);

/** A step of a deployment is some six events: an activity's and the workflow task's that waits for it. */
const SWEEPS: Record<string, Sweep> = {
  worker: { kill: killWorker, atOnce: 4, points: every(1) },
  PostgreSQL: { kill: killPostgres, atOnce: 1, points: every(3), mayEndOld: gaveUpInspecting },
  Temporal: { kill: killTemporal, atOnce: 1, points: every(3) },
};

test.each(Object.entries(SWEEPS))(
  'kill -9 of the %s',
  async (victim, points) => {
    const { hit, held, broken } = await sweep(tests, points);
    process.stdout.write(`sweep: kill -9 of the ${victim} at ${hit} points, ${held} held\n`);
    expect(broken).toEqual([]);
  },
  HOURS,
);
