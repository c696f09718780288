/** `rehearsal: sample`, from the backup to the approval: what is told of it, what it finds on rows that it does not have, and what it leaves. */
import type { DeploymentStatus } from '../../src/contract';
import { scratchName } from '../../src/adapters/scratch';
import { tellingFigures } from '../../src/policy/telling';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { spawnWorker } from '../support/processes';
import { testProject, type TestProject } from '../support/project';
import { until } from '../support/until';

const MAYA = { id: 'cli:maya', name: 'maya' };
const SAMPLE = { rehearsal: { mode: 'sample', sampleAbove: '300kB' } };
const BASE = {
  '00_base': `CREATE TABLE "people" ("id" serial PRIMARY KEY, "email" text);
CREATE TABLE "visits" ("id" bigserial PRIMARY KEY, "person_id" int NOT NULL REFERENCES "people" ("id"), "says" text, "number" text);`,
};
/** The only null and the only text that is no number stand that a sample of every 20th row passes over. */
const ROWS = `INSERT INTO "people" ("email") SELECT i || '@example.org' FROM generate_series(1, 1000) i;
INSERT INTO "visits" ("person_id", "says", "number") SELECT 1 + i % 1000, CASE WHEN i <> 5003 THEN repeat('x', 100) END, CASE i WHEN 7003 THEN 'many' ELSE i::text END FROM generate_series(1, 40000) i;
ANALYZE;`;

let database: TestDatabase;
let project: TestProject | null = null;

beforeEach(async () => {
  database = await testDatabase();
  const { outcome } = await deploy({}, { rehearsal: 'off', backup: { enabled: false } });
  expect(outcome?.status).toBe('deployed');
  await database.client.query(ROWS);
});

afterEach(async () => {
  await project?.close();
  project = null;
  await database.drop();
});

async function open(files: Record<string, string>, environment: Record<string, unknown>): Promise<TestProject> {
  await project?.close();
  project = await testProject({ ...writeMigrations({ ...BASE, ...files }), url: database.url, environment });
  return project;
}

async function deploy(
  files: Record<string, string>,
  environment: Record<string, unknown> = SAMPLE,
): Promise<DeploymentStatus> {
  const { startWorker, client, environment: name, target } = await open(files, environment);
  await startWorker();
  const ref = await client.start(name, target, MAYA);
  await client.result(ref);
  return client.status(ref);
}

async function scratchOf(deploymentId: string): Promise<string[]> {
  const { rows } = await database.client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [scratchName(deploymentId, '')],
  );
  return rows.map(({ datname }) => datname);
}

function told(status: DeploymentStatus): string[] {
  const quantities = { duration: String, bytes: String };
  return status.rehearsal ? tellingFigures(status.rehearsal, quantities).map(({ text }) => text) : [];
}

test('the plan and whoever is asked hear that it was a sample; rules are counted on all rows, times are scaled', async () => {
  const status = await deploy({
    '01_more': `ALTER TABLE "visits" ADD CONSTRAINT "positive" CHECK ("id" > 0);
UPDATE "visits" SET "says" = 'nothing' WHERE "says" IS NULL;`,
    '02_required': 'ALTER TABLE "visits" ALTER COLUMN "says" SET NOT NULL;',
  });
  expect(status.outcome?.status).toBe('deployed');
  expect(status.checklist.find(({ id }) => id === 'rehearsal')).toMatchObject({
    status: 'warn',
    evidence: expect.stringMatching(/^The backup is restored with a sample of public\.visits /) as string,
  });
  const { rehearsal } = status;
  expect(rehearsal).toMatchObject({ mode: 'sample', reversible: true, sample: { tables: { count: 1 }, counted: 1 } });
  const [visits] = rehearsal?.sample?.tables.first ?? [];
  expect(visits).toMatchObject({ table: 'public.visits', rows: 40_000 });
  expect(visits?.kept).toBeLessThan(8_000);
  // The update itself, and what it mends for the next.
  expect(rehearsal?.sample?.unproven).toEqual({
    count: 2,
    first: ['01_more, line 2', '02_required, line 1 (now 1 in its way, which what runs before it may mend)'],
  });
  expect(told(status).slice(0, 3)).toEqual([
    expect.stringMatching(/^on a sample: it had \d+ of 40000 rows of public\.visits; times and sizes are scaled up/),
    expect.stringMatching(/^1 statement goes over rows that it lacked; counted on the live database/),
    expect.stringMatching(/^not proven on the rows that it lacked: 01_more, line 2; 02_required, line 1/),
  ]);
  expect(await scratchOf(status.input.deploymentId)).toEqual([]);
});

test('a row that the sample lacks stops it before anybody is asked', async () => {
  const status = await deploy(
    { '01_required': 'ALTER TABLE "visits" ALTER COLUMN "says" SET NOT NULL;' },
    { ...SAMPLE, approvals: { required: 1 } },
  );
  expect(status.outcome).toMatchObject({ status: 'failed', failure: { phase: 'rehearse', type: 'Rehearsal' } });
  expect(status.outcome?.failure?.message).toMatch(
    /On the live database, 1 rows or values are in the way of 01_required, line 1, which the sample/,
  );
  expect(await scratchOf(status.input.deploymentId)).toEqual([]);
});

test('what nobody can count is named, and a row that does not fit leaves the database as it was', async () => {
  const status = await deploy({
    '01_number': 'ALTER TABLE "visits" ALTER COLUMN "number" TYPE int USING "number"::int;',
  });
  expect(status.rehearsal?.sample).toMatchObject({ counted: 0, unproven: { count: 1, first: ['01_number, line 1'] } });
  expect(status.outcome?.status).toBe('rolled-back');
});

test('a worker that is killed while it restores leaves no scratch database to whoever goes on', async () => {
  const { client, environment, target, startWorker } = await open(
    { '01_more': 'ALTER TABLE "visits" ADD COLUMN "more" int;' },
    SAMPLE,
  );
  const first = spawnWorker(project as TestProject);
  const ref = await client.start(environment, target, MAYA);
  await until('the restore', async () => (await scratchOf(ref.deploymentId)).length > 0);
  await first.kill('SIGKILL');
  await startWorker();
  await client.result(ref);
  const status = await client.status(ref);
  expect(status).toMatchObject({ outcome: { status: 'deployed' }, rehearsal: { mode: 'sample' } });
  expect(await scratchOf(status.input.deploymentId)).toEqual([]);
});
