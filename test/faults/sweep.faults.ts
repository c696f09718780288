/**
 * The whole sweep: after every event of a history the worker dies; at every step of it PostgreSQL, and Temporal.
 * LOCKKEEPER_FAULTS_PART=2/3 takes every third point, from the second on.
 */
import { FaultTests } from './harness/faults';
import { gaveUpInspecting, killPostgres, killTemporal, killWorker, sweep, type Sweep } from './harness/sweep';

const tests = new FaultTests();
afterAll(() => tests.stop());

const HOURS = 4 * 3_600_000;
const [PART = 1, PARTS = 1] = (process.env['LOCKKEEPER_FAULTS_PART'] ?? '1/1').split('/').map(Number);
const every =
  (step: number) =>
  (events: number): number[] =>
    Array.from({ length: Math.floor(events / step) }, (_, at) => (at + 1) * step).filter(
      (_, at) => at % PARTS === PART - 1,
    );

/** A step of a deployment is some six events: an activity's and the workflow task's that waits for it. */
const SWEEPS: Record<string, Sweep> = {
  'the worker': { kill: killWorker, atOnce: 4, points: every(1) },
  PostgreSQL: { kill: killPostgres, atOnce: 1, points: every(3), mayEndOld: gaveUpInspecting },
  Temporal: { kill: killTemporal, atOnce: 1, points: every(3) },
};

test.each(Object.entries(SWEEPS))(
  'kill -9 of %s',
  async (victim, points) => {
    const tell = (line: string): void => void process.stdout.write(`sweep: kill -9 of ${victim} ${line}\n`);
    const { hit, held, broken } = await sweep(tests, { ...points, tell });
    tell(`at ${hit} points, ${held} held`);
    expect(broken).toEqual([]);
  },
  HOURS,
);
