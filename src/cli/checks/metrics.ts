/** The project's own metrics: each program is run once, as the monitor would. */
import { readMetrics, type MetricReading } from '../../adapters/metric-programs';
import type { Config } from '../../config';
import { missing, off, ok, type Check } from './check';

export async function checkMetrics(
  { environments, root }: Config,
  env: NodeJS.ProcessEnv,
  onlyEnvironment: string | undefined,
): Promise<Check[]> {
  const checks = Object.values(environments)
    .filter(({ name }) => onlyEnvironment === undefined || name === onlyEnvironment)
    .flatMap(({ name: environment, protected: isProtected, monitor, targets }) =>
      Object.keys(targets).map(async (target) => {
        const readings = await readMetrics(monitor.metrics, { cwd: root, env, environment, target });
        // Where the production worker runs they must work; a developer's machine may lack what they need.
        const report = onlyEnvironment === undefined && isProtected ? off : missing;
        return readings.map((reading) => toCheck(reading, `${environment}/${target}`, report));
      }),
    );
  return (await Promise.all(checks)).flat();
}

function toCheck({ metric, value, why }: MetricReading, where: string, report: typeof missing): Check {
  const what = `Metric ${metric} of ${where}`;
  return why === null
    ? ok(what, String(value))
    : report(what, why, `mend monitor.metrics.${metric} of this environment, or what its program needs`);
}
