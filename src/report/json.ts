import type { DeploymentStatus } from '../contract';
import { summarizeMetrics } from './metrics';
import { nextSteps } from './next-steps';

/** The evidence bundle for programs: the whole status, and what the Markdown report derives from it. */
export function toJson(status: DeploymentStatus): string {
  const bundle = {
    format: 'lockkeeper-report/1',
    ...status,
    metrics: status.monitor ? summarizeMetrics(status.monitor) : [],
    nextSteps: nextSteps(status),
  };
  return `${JSON.stringify(bundle, null, 2)}\n`;
}
