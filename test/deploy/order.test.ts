/** `after`: what the earlier environment has not applied from the same files does not go on. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeploymentRef } from '../../src/client';
import type { CheckResult, DeploymentStatus } from '../../src/contract';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { until } from '../support/until';
import { testProject, type ProjectOptions, type TestProject } from '../support/project';

const NINA = { id: 'cli:nina', name: 'nina' };
const MAYA = { id: 'cli:maya', name: 'maya' };
const FILES = { '1_base': 'CREATE TABLE "a" ("id" int);', '2_more': 'CREATE TABLE "b" ("id" int);' };
/** Asks for nothing that these tests are not about. */
const SHORT = { rehearsal: 'off', backup: { enabled: false } };

let staging: TestDatabase;
let production: TestDatabase;
const projects: TestProject[] = [];

beforeEach(async () => {
  [staging, production] = await Promise.all([testDatabase(), testDatabase()]);
});
afterEach(async () => {
  for (const project of projects.splice(0)) await project.close();
  await Promise.all([staging.drop(), production.drop()]);
});

async function begin(options: ProjectOptions): Promise<{ project: TestProject; ref: DeploymentRef }> {
  const project = await testProject({ ...options, environment: { ...SHORT, ...options.environment } });
  projects.push(project);
  await project.startWorker();
  return { project, ref: await project.client.start(project.environment, project.target, MAYA) };
}

async function deploy(options: Omit<ProjectOptions, 'environment'>, after?: string): Promise<DeploymentStatus> {
  const { project, ref } = await begin({ ...options, environment: after === undefined ? {} : { after } });
  await project.client.result(ref);
  return project.client.status(ref);
}

function history({ checklist }: DeploymentStatus): CheckResult | undefined {
  return checklist.find(({ id }) => id === 'history');
}

async function tables(): Promise<string[]> {
  const { rows } = await production.client.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

test('blocked until staging has all of it, from the same files', async () => {
  const files = writeMigrations(FILES);
  const onProduction = { ...files, url: production.url, staging: staging.url };

  const first = await deploy(onProduction, 'staging');
  expect(first.outcome?.status).toBe('blocked');
  expect(history(first)).toMatchObject({
    status: 'fail',
    evidence:
      '0 applied, 2 pending; none failed, edited or missing. staging comes first and has not applied 1_base, 2_more; deploy there, then here.',
  });
  expect(await tables()).toEqual([]);

  expect((await deploy({ ...files, url: staging.url })).outcome?.status).toBe('deployed');
  const undone = "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '2_more'";
  await staging.client.query(undone);
  expect(history(await deploy(onProduction, 'staging'))?.evidence).toMatch(/has not applied 2_more; deploy there/);
  await staging.client.query('UPDATE _prisma_migrations SET rolled_back_at = NULL');

  const then = await deploy(onProduction, 'staging');
  expect(then.outcome?.status).toBe('deployed');
  expect(history(then)).toMatchObject({
    status: 'pass',
    evidence: expect.stringMatching(/applied in staging from the same files, the last at \d{4}-/) as string,
  });
  expect(await tables()).toEqual(['_prisma_migrations', 'a', 'b']);
});

test('staging that was undone while production waited for a yes takes the yes back', async () => {
  const files = writeMigrations(FILES);
  expect((await deploy({ ...files, url: staging.url })).outcome?.status).toBe('deployed');
  const environment = { after: 'staging', approvals: { required: 1 } };
  const { project, ref } = await begin({ ...files, url: production.url, staging: staging.url, environment });
  const { approval } = await until('production asks', async () => {
    const status = await project.client.status(ref);
    return status.approval && status;
  });
  await staging.client.query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '2_more'");
  await project.client.decide(ref, NINA, 'approve', null, approval?.bindingDigest ?? '');
  const { status, summary } = await project.client.result(ref);
  expect(status).toBe('blocked');
  expect(summary).toMatch(/staging comes first and has not applied 2_more/);
  expect(await tables()).toEqual([]);
});

test('a file that was edited after staging had it is another one', async () => {
  const files = writeMigrations(FILES);
  expect((await deploy({ ...files, url: staging.url })).outcome?.status).toBe('deployed');
  appendFileSync(join(files.migrations, '2_more', 'migration.sql'), '\n-- edited');
  const status = await deploy({ ...files, url: production.url, staging: staging.url }, 'staging');
  expect(status.outcome?.status).toBe('blocked');
  expect(history(status)?.evidence).toMatch(/ In staging, 2_more was applied from another text than is here/);
});

test('what cannot be asked is said, without its password, and stops nobody', async () => {
  const nobody = 'postgresql://u:hidden@127.0.0.1:1/nothing';
  const status = await deploy({ ...writeMigrations(FILES), url: production.url, staging: nobody }, 'staging');
  expect(status.outcome?.status).toBe('deployed');
  expect(history(status)).toMatchObject({
    status: 'warn',
    evidence: expect.stringMatching(
      /could not be told: PostgreSQL at 127\.0\.0\.1:1 cannot be reached: nothing listens there\.$/,
    ) as string,
  });
  expect(JSON.stringify(status)).not.toContain('hidden');
});
