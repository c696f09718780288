import { FaultTests } from './harness/faults';
import { INPUT } from './tables/input';

new FaultTests().concurrently(INPUT);
