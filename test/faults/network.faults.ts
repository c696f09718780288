import { FaultTests } from './harness/faults';
import { NETWORK } from './tables/network';

new FaultTests().concurrently(NETWORK);
