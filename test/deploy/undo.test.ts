/** Undoing on a real database: what fails is fully old again, and what people wrote is not dropped behind their backs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPgTools } from '../../src/adapters/pg-tools';
import type { DeploymentRef } from '../../src/client';
import { workflowIdFor, type DeploymentStatus } from '../../src/contract';
import { runCli } from '../support/cli';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject, type TestProject } from '../support/project';
import { until } from '../support/until';

const MAYA = { id: 'cli:maya', name: 'maya' };
const NINA = { id: 'cli:nina', name: 'nina' };

const ENUM = `ALTER TYPE "mood" ADD VALUE 'tired';\nALTER TABLE "people" ALTER COLUMN "mood" SET DEFAULT 'tired';\n`;
const BASE = {
  '01_people': `CREATE TYPE "mood" AS ENUM ('happy');\nCREATE TABLE "people" ("id" serial PRIMARY KEY, "name" text, "mood" "mood" NOT NULL DEFAULT 'happy');`,
  '02_pets': `CREATE TABLE "pets" ("id" serial PRIMARY KEY, "owner_id" int REFERENCES "people"("id"));\nINSERT INTO "pets" DEFAULT VALUES;`,
  '03_mood': {
    sql: ENUM,
    down: `ALTER TABLE "people" ALTER COLUMN "mood" DROP DEFAULT;
CREATE TYPE "mood_old" AS ENUM ('happy');
ALTER TABLE "people" ALTER COLUMN "mood" TYPE "mood_old" USING "mood"::text::"mood_old";
DROP TYPE "mood";
ALTER TYPE "mood_old" RENAME TO "mood";
ALTER TABLE "people" ALTER COLUMN "mood" SET DEFAULT 'happy';`,
  },
};

let database: TestDatabase;
let project: TestProject;

async function open(
  files: Parameters<typeof writeMigrations>[0],
  environment: Record<string, unknown> = {},
): Promise<void> {
  project = await testProject({ ...writeMigrations(files), url: database.url, environment });
  await project.startWorker();
}

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(async () => {
  await project.close();
  await database.drop();
});

const schema = (): Promise<string> => createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? '').schemaText(database.url);

function deploy(): Promise<DeploymentRef> {
  return project.client.start(project.environment, project.target, MAYA);
}

/** The status once the deployment waits for a decision of this kind. */
function asked(ref: DeploymentRef, kind: 'deploy' | 'rollback'): Promise<DeploymentStatus> {
  return until(`${kind} is asked about`, async () => {
    const status = await project.client.status(ref);
    return status.approval?.kind === kind ? status : null;
  });
}

async function liveMigrations(): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1',
  );
  return rows.map(({ name }) => name);
}

describe('a migration that fails in production alone', () => {
  const CHECK = 'ALTER TABLE "guests" ADD CONSTRAINT "named" CHECK ("name" IS NOT NULL);';

  beforeEach(async () => {
    // An earlier deployment's table: what people write there between rehearsal and approval decides.
    await open({ '00_guests': 'CREATE TABLE "guests" ("name" text);' });
    expect(await project.client.result(await deploy())).toMatchObject({ status: 'deployed' });
    // Not its first row: that would make the table one that people wait for, and void the plan.
    await database.client.query(`INSERT INTO "guests" VALUES ('Ada')`);
    await project.close();
  });

  it('leaves the schema as it was, with hand-written and generated reversals, newest first', async () => {
    const before = await schema();
    await open(
      { '00_guests': 'CREATE TABLE "guests" ("name" text);', ...BASE, '04_named': CHECK },
      { approvals: { required: 1 } },
    );
    const ref = await deploy();
    const { approval } = await asked(ref, 'deploy');
    await database.client.query('INSERT INTO "guests" VALUES (NULL)');
    await project.client.decide(ref, NINA, 'approve', null, approval?.bindingDigest ?? '');
    const outcome = await project.client.result(ref);
    expect(outcome).toMatchObject({ status: 'rolled-back', failure: { phase: 'migrate', type: 'Statement' } });
    expect(outcome.summary).toContain('04_named, line 1');
    expect(await schema()).toBe(before);
    expect(await liveMigrations()).toEqual(['00_guests']);
  });

  it('and sequences as far as they had come', async () => {
    await database.client.query(
      `CREATE SEQUENCE public.invoice_no; SELECT nextval('public.invoice_no') FROM generate_series(1, 500)`,
    );
    const fails = `SELECT 1 / (CASE WHEN current_database() LIKE 'lockkeeper_scratch%' THEN 1 ELSE 0 END);`;
    await open(
      {
        '00_guests': 'CREATE TABLE "guests" ("name" text);',
        '01_whole': 'DROP SEQUENCE "invoice_no";',
        '02_part': `CREATE SEQUENCE "next_no";\nCREATE INDEX CONCURRENTLY "i" ON "guests" ("name");\n${fails}`,
      },
      { approvals: { required: 1 } },
    );
    const ref = await deploy();
    const { approval } = await asked(ref, 'deploy');
    // Numbers that no rehearsal has seen.
    await database.client.query(`SELECT nextval('public.invoice_no') FROM generate_series(1, 20)`);
    await project.client.decide(ref, NINA, 'approve', null, approval?.bindingDigest ?? '');
    expect(await project.client.result(ref)).toMatchObject({ status: 'rolled-back' });
    const { rows } = await database.client.query(`SELECT nextval('public.invoice_no')::int AS number`);
    expect(rows).toEqual([{ number: 521 }]);
  });

  it('is refused by the rehearsal when the data is there before', async () => {
    await database.client.query('INSERT INTO "guests" VALUES (NULL)');
    await open({ '00_guests': 'CREATE TABLE "guests" ("name" text);', '04_named': CHECK });
    const outcome = await project.client.result(await deploy());
    expect(outcome).toMatchObject({ status: 'failed', failure: { phase: 'rehearse', type: 'Rehearsal' } });
    expect(outcome.summary).toContain('Production was not touched.');
    expect(await liveMigrations()).toEqual(['00_guests']);
  });
});

describe('a rollback by hand', () => {
  it('undoes a deployment, which can then be deployed again', async () => {
    await open(BASE);
    const before = await schema();
    const ref = await deploy();
    expect(await project.client.result(ref)).toMatchObject({ status: 'deployed', failure: null });
    const undone = await project.client.startRollback(ref, MAYA);
    expect(await project.client.result(undone)).toMatchObject({ status: 'rolled-back' });
    expect(await schema()).toBe(before);
    expect(await liveMigrations()).toEqual([]);
    expect(await project.client.result(await deploy())).toMatchObject({ status: 'deployed' });
    expect(await liveMigrations()).toEqual(Object.keys(BASE));
  });

  it('drops nothing that people wrote since, until somebody else has seen how much that is', async () => {
    await open(BASE);
    const ref = await deploy();
    await project.client.result(ref);
    await database.client.query(`INSERT INTO "people" ("name", "mood") VALUES ('ada', 'happy'), ('bob', 'happy')`);
    const refused = await project.client.startRollback(ref, MAYA);
    const question = await asked(refused, 'rollback');
    expect(question.approval?.note).toContain(
      'It takes away 2 rows of public.people, and keeps them in schema lockkeeper_salvage.',
    );
    await project.client.decide(refused, NINA, 'reject', 'they matter', question.approval?.bindingDigest ?? '');
    expect(await project.client.result(refused)).toMatchObject({ status: 'rejected' });
    expect(await liveMigrations()).toEqual(Object.keys(BASE));

    const allowed = await project.client.startRollback(ref, MAYA);
    const again = await asked(allowed, 'rollback');
    await project.client.decide(allowed, NINA, 'approve', null, again.approval?.bindingDigest ?? '');
    expect(await project.client.result(allowed)).toMatchObject({ status: 'rolled-back' });
    expect(await liveMigrations()).toEqual([]);
    expect((await project.client.status(allowed)).compensation?.reversals.at(-1)?.detail).toContain(
      'Kept in schema lockkeeper_salvage: 2 rows of public.people (salvage 1).',
    );

    // The migration is deployed again, and what people wrote comes back by hand.
    expect(await project.client.result(await deploy())).toMatchObject({ status: 'deployed' });
    const cli = (...argv: string[]): ReturnType<typeof runCli> =>
      runCli(['salvage', ...argv, '--env', 'test', '--target', project.target], {
        cwd: project.root,
        env: project.env,
      });
    expect(JSON.parse((await cli('list', '--json')).stdout)).toMatchObject({
      salvages: [{ id: 1, deployment: ref.deploymentId, relation: 'public.people', rows: 2 }],
    });
    expect(await cli('restore', '1', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 of 2 rows are back in public.people.') as string,
    });
    expect((await database.client.query('SELECT name, mood FROM people ORDER BY id')).rows).toEqual([
      { name: 'ada', mood: 'happy' },
      { name: 'bob', mood: 'happy' },
    ]);
    expect(await cli('restore', '1', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was put back at') as string,
    });
    expect(await cli('drop', '1', '--yes')).toMatchObject({ code: 0 });
    expect(await cli('list')).toMatchObject({ code: 0, stdout: 'No rows are kept.\n' });
    expect(await cli('drop', 'one', '--yes')).toMatchObject({ code: 2 });
  });
});

it('is refused beneath a later deployment, and goes when that is undone', async () => {
  await open({ '00_guests': 'CREATE TABLE "guests" ("name" text);' });
  const empty = await schema();
  const older = await deploy();
  await project.client.result(older);
  const folder = join(project.config.migrationsDir, '01_pets');
  mkdirSync(folder);
  writeFileSync(join(folder, 'migration.sql'), 'CREATE TABLE "pets" ("id" int);');
  const newer = await deploy();
  expect(await project.client.result(newer)).toMatchObject({ status: 'deployed' });
  for (const strategy of ['auto', 'reverse', 'restore'] as const)
    expect(await project.client.result(await project.client.startRollback(older, MAYA, strategy))).toMatchObject({
      status: 'needs-human',
      summary: `Deployment ${newer.deploymentId} came after it and stands on it; roll that back first. Nothing was undone.`,
    });
  expect(await liveMigrations()).toEqual(['00_guests', '01_pets']);
  for (const undo of [newer, older])
    expect(await project.client.result(await project.client.startRollback(undo, MAYA))).toMatchObject({
      status: 'rolled-back',
    });
  expect(await schema()).toBe(empty);
});

it('a reversal that fails halfway leaves nothing of itself, asks for a person, and is followed by no other way back', async () => {
  const down = `DROP TABLE "pets";\nSELECT 1 / (CASE WHEN current_database() LIKE 'lockkeeper_scratch%' THEN 1 ELSE 0 END);`;
  await open({ '01_pets': { sql: 'CREATE TABLE "pets" ("id" int);', down } });
  const ref = await deploy();
  expect(await project.client.result(ref)).toMatchObject({ status: 'deployed' });
  const deployed = await schema();
  const undone = await project.client.startRollback(ref, MAYA);
  const outcome = await project.client.result(undone);
  expect(outcome).toMatchObject({ status: 'needs-human' });
  expect(outcome.summary).toContain('failed: the reversal of 01_pets, line 2: division by zero');
  expect(await schema()).toBe(deployed);
  expect(await liveMigrations()).toEqual(['01_pets']);
  expect((await project.client.status(undone)).compensation).toMatchObject({ oldDatabase: null, kept: [] });
});

it('rehearses a migration that needs rows on the restored backup, and undoes it all the same', async () => {
  const guests = { '00_guests': 'CREATE TABLE "guests" ("name" text);' };
  await open(guests);
  expect(await project.client.result(await deploy())).toMatchObject({ status: 'deployed' });
  await project.close();
  await database.client.query(`INSERT INTO "guests" VALUES ('ada')`);
  const before = await schema();
  await open({
    ...guests,
    '01_needy': 'SELECT 1 / count(*) FROM "guests";\nALTER TABLE "guests" ADD COLUMN "age" int;',
  });
  const ref = await deploy();
  expect(await project.client.result(ref)).toMatchObject({ status: 'deployed', failure: null });
  expect((await project.client.status(ref)).rehearsal).toMatchObject({ mode: 'full', reversible: true });
  expect(await project.client.result(await project.client.startRollback(ref, MAYA))).toMatchObject({
    status: 'rolled-back',
  });
  expect(await schema()).toBe(before);
});

it('undoes many migrations with long names that share a step, in summaries that Temporal takes', async () => {
  const names = Array.from({ length: 60 }, (_, n) => `${1000 + n}_${'a_name_that_says_all_of_it_'.repeat(3)}`);
  await open(Object.fromEntries(names.map((name, n) => [name, `CREATE TABLE "t${n}" ("id" int PRIMARY KEY);`])));
  const deployed = await deploy();
  expect(await project.client.result(deployed)).toMatchObject({ status: 'deployed' });
  const undo = await project.client.startRollback(deployed, MAYA);
  expect(await project.client.result(undo)).toMatchObject({ status: 'rolled-back', failure: null });
  expect(await schema()).not.toContain('CREATE TABLE public.t');
  const { workflow } = project.client.temporal;
  const id = workflowIdFor(project.environment, project.target);
  const { events } = await workflow.getHandle(id, undo.runId).fetchHistory();
  const summaries = (events ?? []).map(({ userMetadata }) => userMetadata?.summary?.data?.length ?? 0);
  expect(Math.max(...summaries)).toBeGreaterThan(80);
  expect(Math.max(...summaries)).toBeLessThanOrEqual(400);
});
