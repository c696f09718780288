import { FaultTests } from './harness/faults';
import { SWAP } from './tables/swap';

new FaultTests().concurrently(SWAP);
