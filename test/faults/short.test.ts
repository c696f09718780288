/** The faults that every run of the tests must hold; `npm run test:faults` injects them all. */
import { FaultTests } from './harness/faults';
import { killWorker, sweep } from './harness/sweep';
import { SWAP } from './tables/swap';
import { WORKER } from './tables/worker';

const NAMES = [
  'killed in a statement that nobody ends',
  'killed after COMMIT and before its history row is finished',
  'one of two workers killed: the other goes on',
  'killed when the name is locked',
  'killed after COMMIT of the exchange',
];

const tests = new FaultTests();

tests.concurrently(Object.fromEntries(Object.entries({ ...WORKER, ...SWAP }).filter(([name]) => NAMES.includes(name))));

test.concurrent(
  'kill -9 of the worker, a quarter, half and three quarters through a history',
  async () => {
    const points = (events: number): number[] => [1, 2, 3].map((quarter) => Math.floor((events * quarter) / 4));
    const { hit, held, broken } = await sweep(tests, { kill: killWorker, atOnce: 3, points });
    expect(broken).toEqual([]);
    expect({ hit, held }).toEqual({ hit: 3, held: 3 });
  },
  600_000,
);
