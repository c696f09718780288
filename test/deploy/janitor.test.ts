/** A deployment whose workflow is terminated in mid-migrate: nothing undoes it by itself, so whoever starts a worker is told how to go on. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createPgTools } from '../../src/adapters/pg-tools';
import { ScratchDatabases } from '../../src/adapters/scratch';
import type { DeploymentRef } from '../../src/client';
import { workflowIdFor } from '../../src/contract';
import { runCli } from '../support/cli';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { spawnWorker, type WorkerProcess } from '../support/processes';
import { testProject, type TestProject } from '../support/project';
import { until } from '../support/until';

/** As a process of this host that is gone wrote it. */
const DEAD = JSON.stringify({
  host: hostname(),
  pid: spawnSync('true').pid,
  instance: '',
  leaves: { applicationName: null, scratchId: null },
});
const MAYA = { id: 'cli:maya', name: 'maya' };
/** In production for ever, in the rehearsal not at all. */
const SLEEP = `SELECT pg_sleep(CASE WHEN current_database() LIKE 'lockkeeper_scratch%' THEN 0 ELSE 3600 END);`;
const FILES = {
  '01_people': 'CREATE TABLE "people" ("id" serial PRIMARY KEY, "name" text);',
  '02_pets': `CREATE TABLE "pets" ("id" serial PRIMARY KEY);\nCREATE INDEX CONCURRENTLY "people_name" ON "people" ("name");\n${SLEEP}`,
};

let database: TestDatabase;
let project: TestProject;
let before: string;
const workers: WorkerProcess[] = [];

beforeEach(async () => {
  database = await testDatabase();
  // A reversal by hand makes a migration a step of its own.
  const files = { ...FILES, '01_people': { sql: FILES['01_people'], down: 'DROP TABLE "people";' } };
  project = await testProject({
    ...writeMigrations(files),
    url: database.url,
    environment: { rehearsal: 'schema-only' },
    env: { LOCKKEEPER_LOG_LEVEL: 'warn' },
  });
  before = await schema();
});

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.kill('SIGKILL');
  await project.close();
  await database.drop();
});

const schema = (): Promise<string> => createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? '').schemaText(database.url);

function worker(): WorkerProcess {
  const started = spawnWorker(project);
  workers.push(started);
  return started;
}

const cli = (...argv: string[]): ReturnType<typeof runCli> =>
  runCli([...argv, '--env', 'test'], { cwd: project.root, env: project.env });

/** A deployment that sleeps in its second step, terminated there with its worker. */
async function terminated(): Promise<DeploymentRef> {
  const first = worker();
  const ref = await project.client.start(project.environment, project.target, MAYA);
  await until(
    'the last segment runs',
    async () => {
      const { rowCount } = await database.client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`,
      );
      return (rowCount ?? 0) > 0;
    },
    90,
  );
  await project.client.temporal.workflow
    .getHandle(workflowIdFor(project.environment, project.target), ref.runId)
    .terminate('a test');
  await first.kill('SIGKILL');
  return ref;
}

it('is told by the next worker, by doctor and by status, and undone by hand', async () => {
  const ref = await terminated();
  const scratch = new ScratchDatabases(database.url, ref.deploymentId);
  const left = await scratch.create('left', 'template0');
  const backups = join(project.root, 'backups');
  mkdirSync(join(backups, 'migration_backup_20200101_000000.partial'), { recursive: true });
  writeFileSync(join(backups, 'migration_backup_20200101_000000.partial', 'owner.json'), DEAD);
  writeFileSync(join(backups, 'migration_backup_20200102_000000.dump'), 'half a dump');

  const where = `test/${project.target}`;
  const half = `Deployment ${ref.deploymentId} of ${where} is half done: 1 of its 2 migrations are applied, 02_pets is there in part (2 segments); it was ended from outside (terminated).`;
  const rollback = `lockkeeper rollback ${ref.deploymentId} --env test --target ${project.target}`;
  const second = worker();
  const lines = await until('the worker has told', () => {
    const told = second.log().split('\n').filter(Boolean);
    return told.some((line) => line.includes('has no .meta')) ? told : null;
  });
  const found = lines.map((line) => JSON.parse(line) as { msg: string; what?: string; next?: string });
  expect(found).toContainEqual(expect.objectContaining({ what: 'deployment', where, msg: half, next: rollback }));
  expect(found).toContainEqual(expect.objectContaining({ what: 'scratch database', next: `DROP DATABASE "${left}"` }));
  expect(found.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining([
      'migration_backup_20200101_000000.partial was left by a backup or restore that was killed; the next one removes it.',
      'migration_backup_20200102_000000.dump has no .meta, so it is no backup: it was never finished, or is being deleted.',
    ]),
  );
  // It has only looked.
  expect(await database.client.query('SELECT FROM people')).toMatchObject({ rowCount: 0 });

  const doctor = await cli('doctor');
  expect(doctor.stdout).toContain(rollback);
  const status = await cli('status', ref.deploymentId);
  expect(status).toMatchObject({ code: 6, stderr: expect.stringContaining(`${half} Next: ${rollback}`) as string });

  // The ledger is enough: what the host that rehearsed it kept may be gone.
  rmSync(join(project.root, '.lockkeeper'), { recursive: true });
  const undone = await cli('rollback', ref.deploymentId, '--yes', '--target', project.target);
  expect(undone).toMatchObject({ code: 0 });
  expect(await schema()).toBe(before);
  const latest = await project.client.latest(project.environment, project.target);
  const reversals = latest && (await project.client.status(latest)).compensation?.reversals.map(({ detail }) => detail);
  expect(reversals).toEqual(['02_pets undone by the inverses of what was there.', '01_people undone by down.sql.']);
  await scratch.dropAll();
  expect((await cli('doctor', '--json')).stdout).not.toContain(ref.deploymentId);
}, 240_000);
