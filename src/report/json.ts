import type { DeploymentStatus } from '../contract';
import type { MeasuredSegment } from '../policy/measures';
import { summarizeMetrics } from './metrics';
import { nextSteps } from './next-steps';

/**
 * The evidence bundle for programs: the whole status, and what the Markdown report derives from it.
 * @param rehearsed what the rehearsal measured of every statement, where that is on this host.
 */
export function toJson(status: DeploymentStatus, rehearsed: MeasuredSegment[] = []): string {
  const bundle = {
    format: 'lockkeeper-report/1',
    ...status,
    ...(rehearsed.length > 0 && { rehearsed }),
    metrics: status.monitor ? summarizeMetrics(status.monitor) : [],
    nextSteps: nextSteps(status),
  };
  return `${JSON.stringify(bundle, null, 2)}\n`;
}
