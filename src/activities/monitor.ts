/** monitor: one sample at a time; the workflow's durable timers space them. */
import { log } from '@temporalio/activity';
import { readMetrics } from '../adapters/metric-programs';
import { sampleDatabase } from '../adapters/metrics';
import { withSession } from '../adapters/postgres';
import type { DeployInput, MetricSample } from '../contract';
import type { Deps } from './deps';
import { applicationName, resolve, type ResolvedTarget } from './target';

export function createMonitor(deps: Deps) {
  return {
    /**
     * What the database tells, and what the project's own programs print: theirs counts where both know a metric.
     * @param previous the last sample's running totals, for the rates.
     */
    async sample(input: DeployInput, previous: MetricSample['counters'] | null): Promise<MetricSample> {
      const target = resolve(deps, input);
      const session = { applicationName: applicationName(input.deploymentId, 'monitor'), statementTimeoutMs: 10_000 };
      const [sample, printed] = await Promise.all([
        withSession(target.url, session, (client) => sampleDatabase(client, previous, new Date())),
        valuesPrinted(deps, target),
      ]);
      return { ...sample, values: { ...sample.values, ...printed } };
    },
  };
}

async function valuesPrinted({ config, env }: Deps, target: ResolvedTarget): Promise<MetricSample['values']> {
  const { name: environment, monitor } = target.environment;
  const around = { cwd: config.root, env, environment, target: target.name };
  const readings = await readMetrics(monitor.metrics, around);
  for (const { metric, why } of readings) if (why !== null) log.warn(`no data for ${metric}: ${why}`);
  return Object.fromEntries(readings.map(({ metric, value }) => [metric, value]));
}
