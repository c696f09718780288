/** The faults that every run of the tests must hold; `npm run test:faults` injects them all. */
import { FaultTests } from './harness/faults';
import { WORKER } from './tables/worker';

const names = [
  'killed in a statement that nobody ends',
  'killed after COMMIT and before its history row is finished',
  'one of two workers killed: the other goes on',
];

new FaultTests().concurrently(Object.fromEntries(Object.entries(WORKER).filter(([name]) => names.includes(name))));
