/** `rehearsal.urlEnv`: the scratch databases are on a second server, and a role that may make none on the target is enough. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createPgTools } from '../../src/adapters/pg-tools';
import { ScratchDatabases } from '../../src/adapters/scratch';
import type { DeploymentStatus } from '../../src/contract';
import { makeRound } from '../../src/janitor';
import { startPostgres, type LocalPostgres } from '../../src/local';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject, type TestProject } from '../support/project';
import { testRole, type TestRole } from '../support/role';

const MAYA = { id: 'cli:maya', name: 'maya' };
const ON_SECOND = { rehearsal: { urlEnv: 'SECOND_URL' } };
const BASE = { '00_base': 'CREATE TABLE "people" ("id" serial PRIMARY KEY, "email" text);' };

let folder: string;
let second: LocalPostgres;
let onSecond: Client;
/** May create no database. */
let role: TestRole;
let target: TestDatabase;
const projects: TestProject[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockkeeper-second-'));
  // User `postgres` must be able to enter it.
  await chmod(folder, 0o755);
  const settings = { fsync: 'off' };
  second = await startPostgres({
    dataDir: join(folder, 'pg'),
    port: 5760,
    binDir: join(pgBin('psql'), '..'),
    settings,
  });
  onSecond = new Client({ connectionString: second.url });
  await onSecond.connect();
});
afterAll(async () => {
  await onSecond.end();
  await second.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  [role, target] = await Promise.all([testRole(), testDatabase()]);
  await target.client.query(
    `GRANT CREATE ON DATABASE ${target.name} TO ${role.name}; GRANT CREATE ON SCHEMA public TO ${role.name}`,
  );
});
afterEach(async () => {
  for (const project of projects.splice(0)) await project.close();
  await target.drop();
  await role.drop();
  await onSecond.query(`DROP ROLE IF EXISTS ${role.name}`);
});

async function open(
  files: Record<string, string>,
  environment: Record<string, unknown>,
  url = second.url,
): Promise<TestProject> {
  const project = await testProject({
    ...writeMigrations(files),
    url: role.url(target.name),
    environment,
    env: { SECOND_URL: url },
  });
  projects.push(project);
  return project;
}

async function deploy(...made: Parameters<typeof open>): Promise<DeploymentStatus> {
  const project = await open(...made);
  await project.startWorker();
  const ref = await project.client.start(project.environment, project.target, MAYA);
  await project.client.result(ref);
  return project.client.status(ref);
}

/** The base, with rows. */
async function filled(): Promise<void> {
  const { outcome } = await deploy(BASE, { rehearsal: 'off', backup: { enabled: false } });
  expect(outcome?.status).toBe('deployed');
  await target.client.query(`INSERT INTO people (email) VALUES ('secret'), ('secret'), ('other')`);
}

function rehearsalCheck({ checklist }: DeploymentStatus): string {
  const { status = '', evidence = '' } = checklist.find(({ id }) => id === 'rehearsal') ?? {};
  return `${status}: ${evidence}`;
}

async function scratchOnSecond(): Promise<string[]> {
  const { rows } = await onSecond.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE starts_with(datname, 'lockkeeper_scratch')",
  );
  return rows.map(({ datname }) => datname);
}

test('a role that is not there is told before anything is done; with it, backup, rows and reversals are proven there', async () => {
  await filled();
  const more = { ...BASE, '01_more': 'ALTER TABLE "people" ADD COLUMN "age" int;' };
  const without = await deploy(more, ON_SECOND);
  expect(without).toMatchObject({ outcome: { status: 'blocked' }, backup: null });
  expect(rehearsalCheck(without)).toMatch(
    new RegExp(`^fail: The server of SECOND_URL has no role ${role.name}, to whom the target's objects belong`),
  );

  await onSecond.query(`CREATE ROLE ${role.name}`);
  const status = await deploy(more, ON_SECOND);
  expect(status.outcome).toMatchObject({ status: 'deployed' });
  expect(rehearsalCheck(status)).toBe(
    'pass: The backup is restored on the server of SECOND_URL and the migrations run on it first.',
  );
  // Found out on the second server as well.
  expect(status.checklist.find(({ id }) => id === 'no-drift')?.status).toBe('pass');
  expect(status.rehearsal).toMatchObject({ mode: 'full', reversible: true });
  expect(await scratchOnSecond()).toEqual([]);

  const duplicates = { ...more, '02_unique': 'CREATE UNIQUE INDEX "people_email" ON "people" ("email");' };
  const failed = await deploy(duplicates, ON_SECOND);
  expect(failed.outcome).toMatchObject({ status: 'failed', failure: { phase: 'rehearse', type: 'Rehearsal' } });
  expect(failed.outcome?.failure?.message).toMatch(/ 1 value stands in more than one row\./);
  expect(await scratchOnSecond()).toEqual([]);
  const everything = JSON.stringify([without, status, failed]);
  expect(everything).not.toContain(new URL(second.url).password);
  expect(everything).not.toContain(role.password);
});

test('what is there in part is undone by inverses that were proven there', async () => {
  await filled();
  await onSecond.query(`CREATE ROLE ${role.name}`);
  const tools = createPgTools(join(pgBin('psql'), '..'));
  const before = await tools.schemaText(target.url);
  const fails = `SELECT 1 / (CASE WHEN current_database() LIKE 'lockkeeper_scratch%' THEN 1 ELSE 0 END);`;
  const status = await deploy(
    { ...BASE, '01_part': `CREATE INDEX CONCURRENTLY "people_id_email" ON "people" ("id", "email");\n${fails}` },
    ON_SECOND,
  );
  expect(status.outcome?.status).toBe('rolled-back');
  expect(status.compensation?.reversals.map(({ detail }) => detail)).toEqual([
    '01_part undone by the inverses of what was there.',
  ]);
  expect(await tools.schemaText(target.url)).toBe(before);
  expect(await scratchOnSecond()).toEqual([]);
});

test('a server that does not answer stops it, without its password', async () => {
  const status = await deploy(BASE, ON_SECOND, 'postgresql://u:covert@127.0.0.1:1/nothing');
  expect(status.outcome?.status).toBe('blocked');
  expect(rehearsalCheck(status)).toBe(
    'fail: The server that rehearses cannot be asked: PostgreSQL at 127.0.0.1:1 cannot be reached: nothing listens there.',
  );
  expect(JSON.stringify(status)).not.toContain('covert');
});

test('a scratch database that was left there is found', async () => {
  const { config, env } = await open(BASE, ON_SECOND);
  const left = new ScratchDatabases(second.url, '20260102-030405-abcd', target.url);
  const name = await left.create('left', 'template0');
  const client = { open: () => Promise.resolve(new Set<string>()), latest: () => Promise.resolve(null) };
  const { found, unseen } = await makeRound({ config, env, client });
  expect(unseen).toEqual([]);
  expect(found).toContainEqual(
    expect.objectContaining({
      what: 'scratch database',
      seen: `Database ${name} on the server of SECOND_URL was left by 20260102-030405-abcd, which is no open deployment; nobody is connected to it.`,
    }),
  );
  await left.dropAll();
  expect(await scratchOnSecond()).toEqual([]);
});
