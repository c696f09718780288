/**
 * Four groups of activities by how they may fail. Attempts are many, because a worker that is killed takes one with it; an
 * error that nobody foresaw is given up on earlier (`asFailure`).
 */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';

/** Looks and short writes: quick to answer whatever the size of the database, harmless to repeat. Patient enough for a server that restarts. */
export const read = proxyActivities<Activities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s', maximumAttempts: 20 },
});

/** What reads all of a database or of its backup: hours on a large one. A heartbeat that stops means a dead worker, not a slow one. */
export const heavy = proxyActivities<Activities>({
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  startToCloseTimeout: '24h',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 20 },
});

/** Writes to production: each attempt first finds out what the last one did. */
export const apply = proxyActivities<Activities>({
  // An undo may not begin before a stopped step has come to rest. The SDK's default is TRY_CANCEL, though 1.24's reference says otherwise (sdk-typescript#2442).
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  startToCloseTimeout: '24h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15s', maximumAttempts: 100 },
});

/** Telling people: never worth waiting for. */
export const notify = proxyActivities<Activities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1m',
  retry: { initialInterval: '2s', maximumAttempts: 2 },
});
