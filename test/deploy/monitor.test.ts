/** A deployment that is watched by a metric of the project's own, which asks the database by `psql`. */
import type { DeploymentStatus } from '../../src/contract';
import { spawnCli } from '../support/cli';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject, type TestProject } from '../support/project';

let database: TestDatabase;
let project: TestProject;
beforeEach(async () => (database = await testDatabase()));
afterEach(async () => {
  await project.close();
  await database.drop();
});

/** Prints the metric's value in milliseconds: one before the table is there, and one after. */
const latency = (before: number, after: number): { command: string[]; env: string[] } => ({
  command: [
    'sh',
    '-c',
    `"$0" "$LOCKKEEPER_TARGET_URL" -Atc "SELECT CASE WHEN to_regclass('orders') IS NULL THEN ${before} ELSE ${after} END"`,
    pgBin('psql'),
  ],
  env: ['LOCKKEEPER_TARGET_URL'],
});

async function watchedBy(metrics: Record<string, unknown>, critical: string[]): Promise<void> {
  project = await testProject({
    ...writeMigrations({ '1_orders': 'CREATE TABLE "orders" ("id" int PRIMARY KEY);' }),
    url: database.url,
    environment: {
      rehearsal: 'schema-only',
      backup: { enabled: false },
      verify: { generate: false },
      monitor: { duration: '400ms', interval: '100ms', metrics, thresholds: { critical } },
    },
  });
}

async function deployed(): Promise<{ status: string; monitor: DeploymentStatus['monitor'] }> {
  await project.startWorker();
  const ref = await project.client.start(project.environment, project.target, { id: 'cli:maya', name: 'maya' });
  const { status } = await project.client.result(ref);
  return { status, monitor: (await project.client.status(ref)).monitor };
}

test('is undone when its own metric says twice that it harms', async () => {
  await watchedBy({ response_time_p95: latency(80, 900) }, ['response_time_p95 > 500ms']);
  const { status, monitor } = await deployed();
  expect(status).toBe('rolled-back');
  expect(monitor).toMatchObject({ verdict: 'breached', withoutData: [] });
  expect(monitor?.breaches.map(({ value }) => value)).toEqual([900, 900]);
  expect(await database.client.query(`SELECT to_regclass('orders') AS orders`)).toMatchObject({
    rows: [{ orders: null }],
  });
});

test('stays when it says nothing worse than before; a metric of a known name takes its place, and a silent one is no data', async () => {
  await watchedBy({ error_rate: latency(7, 7), connection_pool: { command: ['false'] }, cpu_usage: latency(1, 2) }, [
    'error_rate > 5',
    'connection_pool > 0%',
    'cpu_usage > 90%',
  ]);
  const { status, monitor } = await deployed();
  expect(status).toBe('deployed');
  expect(monitor).toMatchObject({ verdict: 'healthy', withoutData: ['connection_pool'] });
  const values = monitor?.samples.map((sample) => sample.values) ?? [];
  expect(values.length).toBeGreaterThan(1);
  for (const each of values) expect(each).toMatchObject({ error_rate: 7, connection_pool: null, cpu_usage: 2 });
});

test('doctor runs each once, and says of one that fails what to mend', async () => {
  await watchedBy({ cpu_usage: latency(12, 12), memory_usage: { command: ['./absent'] } }, []);
  const { stdout } = await spawnCli(['doctor', '--env', project.environment, '--json'], {
    cwd: project.root,
    env: project.env,
  });
  const { checks } = JSON.parse(stdout) as { checks: { what: string }[] };
  const where = `${project.environment}/${project.target}`;
  expect(checks.filter(({ what }) => what.startsWith('Metric'))).toEqual([
    { what: `Metric cpu_usage of ${where}`, status: 'ok', seen: '12', fix: null },
    {
      what: `Metric memory_usage of ${where}`,
      status: 'missing',
      seen: './absent cannot be started (ENOENT)',
      fix: 'mend monitor.metrics.memory_usage of this environment, or what its program needs',
    },
  ]);
});
