/** monitor: one sample at a time; the workflow's durable timers space them. */
import { sampleDatabase } from '../adapters/metrics';
import { withSession } from '../adapters/postgres';
import type { DeployInput, MetricSample } from '../contract';
import type { Deps } from './deps';
import { applicationName, resolve } from './target';

export function createMonitor(deps: Deps) {
  return {
    /** @param previous the last sample's running totals, for the rates. */
    async sample(input: DeployInput, previous: MetricSample['counters'] | null): Promise<MetricSample> {
      const { url } = resolve(deps, input);
      const session = { applicationName: applicationName(input.deploymentId, 'monitor'), statementTimeoutMs: 10_000 };
      return withSession(url, session, (client) => sampleDatabase(client, previous, new Date()));
    },
  };
}
