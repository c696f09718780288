/** Undoing with the backup, on a real database: exchanged for it by hand, or rows of it brought beside the live ones. */
import { createPgTools } from '../../src/adapters/pg-tools';
import type { DeploymentRef } from '../../src/client';
import type { DeploymentStatus } from '../../src/contract';
import { runCli } from '../support/cli';
import { Client } from 'pg';
import { databaseUrl, onServer, testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject, type TestProject } from '../support/project';
import { until } from '../support/until';

const MAYA = { id: 'cli:maya', name: 'maya' };
const NINA = { id: 'cli:nina', name: 'nina' };
const GUESTS = {
  '00_guests': `CREATE TYPE "mood" AS ENUM ('happy');
    CREATE TABLE "guests" ("id" serial PRIMARY KEY, "name" text, "mood" "mood" DEFAULT 'happy');`,
};
const CHANGE = {
  ...GUESTS,
  '01_change': 'ALTER TABLE "guests" DROP COLUMN "mood", ADD COLUMN "age" int;\nUPDATE "guests" SET "age" = 30;',
};

let database: TestDatabase;
let project: TestProject;

async function open(files: Parameters<typeof writeMigrations>[0]): Promise<void> {
  project = await testProject({ ...writeMigrations(files), url: database.url });
  await project.startWorker();
}

const schema = (): Promise<string> => createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? '').schemaText(database.url);

async function deploy(): Promise<DeploymentRef> {
  const ref = await project.client.start(project.environment, project.target, MAYA);
  expect(await project.client.result(ref)).toMatchObject({ status: 'deployed', failure: null });
  return ref;
}

function asked(ref: DeploymentRef): Promise<DeploymentStatus> {
  return until('the rollback is asked about', async () => {
    const status = await project.client.status(ref);
    return status.approval?.kind === 'rollback' || status.outcome ? status : null;
  });
}

/** On a connection of its own: an exchange ends those that were there. */
async function query(sql: string, name = database.name): Promise<unknown[]> {
  const client = new Client({ connectionString: databaseUrl(name), options: '-c search_path=public' });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

// Two deployments, a rollback and a restore each.
jest.setTimeout(300_000);

let before: string;
let deployed: DeploymentRef;

beforeEach(async () => {
  database = await testDatabase();
  await open(GUESTS);
  await deploy();
  await project.close();
  await query(`INSERT INTO guests (name) VALUES ('ada'), ('bob')`);
  before = await schema();
  await open(CHANGE);
  deployed = await deploy();
});

afterEach(async () => {
  await project.close();
  const kept = (await query(`SELECT datname FROM pg_database WHERE datname LIKE '${database.name}_before_%'`)) as {
    datname: string;
  }[];
  for (const { datname } of kept) await onServer(`DROP DATABASE "${datname}" WITH (FORCE)`);
  await database.drop();
});

it('exchanges the database for its backup after a yes to the exact price, and loses nothing', async () => {
  await query(
    `COMMENT ON DATABASE ${database.name} IS 'Ours'; ALTER DATABASE ${database.name} SET statement_timeout TO '17s'`,
  );
  await query(`INSERT INTO guests (name, age) VALUES ('eve', 5); UPDATE guests SET name = 'Ada' WHERE name = 'ada'`);
  const rollback = await project.client.startRollback(deployed, MAYA, 'restore');
  const { approval } = await asked(rollback);
  expect(approval?.note).toContain('takes away 2 rows of public.guests, 2 rows of public.guests.age, and keeps them');
  // While people think.
  await query(`ALTER DATABASE ${database.name} SET statement_timeout TO '18s'`);
  await project.client.decide(rollback, NINA, 'approve', null, approval?.bindingDigest ?? '');
  const outcome = await project.client.result(rollback);
  expect(outcome).toMatchObject({ status: 'rolled-back', failure: null });
  const kept = /kept as (\S+)\./.exec(outcome.summary)?.[1] ?? '';
  expect(outcome.summary).toContain('Only there: 2 rows of public.guests, 2 rows of public.guests.age.');

  expect(await schema()).toBe(before);
  expect(await query('SELECT name, mood FROM guests ORDER BY id')).toEqual([
    { name: 'ada', mood: 'happy' },
    { name: 'bob', mood: 'happy' },
  ]);
  expect(await query('SELECT name FROM guests ORDER BY id', kept)).toEqual([
    { name: 'Ada' },
    { name: 'bob' },
    { name: 'eve' },
  ]);
  expect(
    await query(
      `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = current_database()`,
    ),
  ).toEqual([{ comment: 'Ours' }]);
  expect(
    await query(`SELECT reltuples::int AS rows, EXISTS (SELECT FROM pg_stats WHERE tablename = 'guests') AS known
      FROM pg_class WHERE oid = 'guests'::regclass`),
  ).toEqual([{ rows: 2, known: true }]);
  expect(await query('SHOW statement_timeout')).toEqual([{ statement_timeout: '18s' }]);
  expect(
    await query(
      `SELECT datname FROM pg_database WHERE datname LIKE 'lockkeeper_scratch_${rollback.deploymentId.replaceAll('-', '_')}%'`,
    ),
  ).toEqual([]);

  // The ledger went over: there is nothing left to undo, and the migration can be deployed again.
  expect(await project.client.result(await project.client.startRollback(deployed, MAYA))).toMatchObject({
    status: 'up-to-date',
  });
  await deploy();
  expect(await query('SELECT name, age FROM guests ORDER BY id')).toEqual([
    { name: 'ada', age: 30 },
    { name: 'bob', age: 30 },
  ]);
});

it('refuses an exchange that would cut a subscription off', async () => {
  await query(`CREATE SUBSCRIPTION sub_${database.name} CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)`);
  try {
    const rollback = await project.client.startRollback(deployed, MAYA, 'restore');
    const outcome = await project.client.result(rollback);
    expect(outcome.status).toBe('needs-human');
    expect(outcome.summary).toContain(`subscription "sub_${database.name}" belongs to it`);
  } finally {
    await query(`ALTER SUBSCRIPTION sub_${database.name} SET (slot_name = NONE)`);
    await query(`DROP SUBSCRIPTION sub_${database.name}`);
  }
});

it('refuses an exchange for what came while people thought, and disconnects nobody', async () => {
  const rollback = await project.client.startRollback(deployed, MAYA, 'restore');
  const { approval } = await asked(rollback);
  await database.client.query(
    `INSERT INTO public._prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', '', '02_theirs', now())`,
  );
  await project.client.decide(rollback, NINA, 'approve', null, approval?.bindingDigest ?? '');
  const outcome = await project.client.result(rollback);
  expect(outcome.status).toBe('needs-human');
  expect(outcome.summary).toContain('migration 02_theirs, which somebody else has applied since, is not in it');
  // Its session is the one from before.
  expect((await database.client.query('SELECT age FROM public.guests')).rows).toEqual([{ age: 30 }, { age: 30 }]);
});

it('brings what the migration destroyed from the backup beside the live rows, and puts it back', async () => {
  await query(`INSERT INTO guests (name) VALUES ('eve')`);
  const rollback = await project.client.startRollback(deployed, MAYA);
  await until('it is over', async () => {
    const { approval, outcome } = await project.client.status(rollback);
    if (outcome) return outcome;
    if (approval) await project.client.decide(rollback, NINA, 'approve', null, approval.bindingDigest);
    return null;
  });
  const outcome = await project.client.result(rollback);
  expect(outcome).toMatchObject({ status: 'rolled-back' });
  expect(outcome.summary).toContain(
    'Brought from the backup into schema lockkeeper_salvage: 2 rows of public.guests.mood (salvage 1)',
  );
  expect(await schema()).toBe(before);
  await query(`UPDATE guests SET mood = NULL`);
  const cli = await runCli(['salvage', 'restore', '1', '--yes', '--env', 'test', '--target', project.target], {
    cwd: project.root,
    env: project.env,
  });
  expect(cli).toMatchObject({ code: 0, stdout: expect.stringContaining('2 of 2 rows are back') as string });
  expect(await query('SELECT name, mood FROM guests ORDER BY id')).toEqual([
    { name: 'ada', mood: 'happy' },
    { name: 'bob', mood: 'happy' },
    { name: 'eve', mood: null },
  ]);
});
