import { FaultTests } from './harness/faults';
import { SERVERS } from './tables/servers';

new FaultTests().oneByOne(SERVERS);
