import { FaultTests } from './harness/faults';
import { DATABASE } from './tables/database';

new FaultTests().concurrently(DATABASE);
