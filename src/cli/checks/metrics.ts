/** The project's own metrics: each program is run once, as the monitor would. */
import { readMetrics, type MetricReading } from '../../adapters/metric-programs';
import { targetsOf, type Config } from '../../config';
import { absent, ok, type Check } from './check';

export async function checkMetrics(
  config: Config,
  env: NodeJS.ProcessEnv,
  onlyEnvironment: string | undefined,
): Promise<Check[]> {
  const checks = targetsOf(config, onlyEnvironment).map(async (target) => {
    const { name: environment, monitor } = target.environment;
    const around = { cwd: config.root, env, environment, target: target.name };
    const report = absent(target, onlyEnvironment !== undefined);
    const readings = await readMetrics(monitor.metrics, around);
    return readings.map((reading) => toCheck(reading, `${environment}/${target.name}`, report));
  });
  return (await Promise.all(checks)).flat();
}

function toCheck({ metric, value, why }: MetricReading, where: string, report: ReturnType<typeof absent>): Check {
  const what = `Metric ${metric} of ${where}`;
  return why === null
    ? ok(what, String(value))
    : report(what, why, `mend monitor.metrics.${metric} of this environment, or what its program needs`);
}
