import { FaultTests } from './harness/faults';
import { WORKER } from './tables/worker';

new FaultTests().concurrently(WORKER);
