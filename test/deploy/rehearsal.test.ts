/** The rehearsal on a real server: what it measures is what there is, and what cannot go well stops before anybody is asked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeploymentStatus } from '../../src/contract';
import type { MeasuredSegment } from '../../src/policy/measures';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject, type TestProject } from '../support/project';

const MAYA = { id: 'cli:maya', name: 'maya' };
const BASE = `
CREATE TABLE "people" ("id" serial PRIMARY KEY, "email" text, "age" text);
CREATE TABLE "orders" ("id" serial PRIMARY KEY, "person_id" int);`;
const ROWS = `
INSERT INTO "people" ("email", "age") SELECT 'secret' || (i % 900) || '@example.org', CASE WHEN i = 7 THEN 'secret old' ELSE i::text END FROM generate_series(1, 1000) i;
UPDATE "people" SET "email" = NULL WHERE "id" IN (3, 4, 5);
INSERT INTO "orders" ("person_id") VALUES (1), (2), (5000);`;

let database: TestDatabase;
let project: TestProject | null = null;

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(async () => {
  await project?.close();
  project = null;
  await database.drop();
});

/** Deploys the base, fills it, and deploys the migrations on top. */
async function deploy(
  migrations: Record<string, string>,
  environment: Record<string, unknown> = {},
): Promise<DeploymentStatus> {
  const base = { '00_base': BASE };
  await run(base, { rehearsal: 'off', backup: { enabled: false } });
  await database.client.query(ROWS);
  await database.client.query('ANALYZE');
  return run({ ...base, ...migrations }, environment);
}

async function run(files: Record<string, string>, environment: Record<string, unknown>): Promise<DeploymentStatus> {
  await project?.close();
  project = await testProject({ ...writeMigrations(files), url: database.url, environment });
  await project.startWorker();
  const ref = await project.client.start(project.environment, project.target, MAYA);
  await project.client.result(ref);
  return project.client.status(ref);
}

function measured({ input }: DeploymentStatus): MeasuredSegment[] {
  const file = join(project?.root ?? '', '.lockkeeper', 'deployments', input.deploymentId, 'rehearsal.json');
  return JSON.parse(readFileSync(file, 'utf8')) as MeasuredSegment[];
}

describe('what is measured', () => {
  it('time, locks, rewrites, WAL and temporary files of every statement, on the tables that were there', async () => {
    const status = await deploy(
      {
        '01_measured': `CREATE TABLE "visits" ("person_id" int REFERENCES "people"("id"));
ALTER TABLE "people" ALTER COLUMN "id" TYPE bigint;
SELECT pg_sleep(0.05);`,
        '02_spilled': `SET work_mem = '64kB';
CREATE TABLE "sorted" AS SELECT i FROM generate_series(1, 50000) i ORDER BY random();`,
      },
      { execution: 'as-written' },
    );
    expect(status.outcome?.status).toBe('deployed');
    expect(measured(status)).toMatchObject([
      {
        migration: '01_measured',
        statements: [
          {
            line: 1,
            locks: [{ relation: 'public.people', mode: 'ShareRowExclusiveLock' }],
            rewrites: [],
            unforeseen: [],
          },
          {
            line: 2,
            locks: [{ relation: 'public.people', mode: 'AccessExclusiveLock' }],
            rewrites: ['public.people'],
            unforeseen: [],
          },
          { line: 3, locks: [], rewrites: [] },
        ],
      },
      { migration: '02_spilled', statements: [{ line: 1 }, { line: 2, locks: [] }] },
    ]);
    const { figures } = status.rehearsal ?? {};
    expect(figures).toMatchObject({
      statements: 5,
      rewrites: { count: 1, first: [{ migration: '01_measured', line: 2, relation: 'public.people' }] },
      unforeseen: { count: 0, first: [] },
    });
    // The lock is kept until the commit, and the sleep comes before that.
    expect(figures?.locks[0]).toMatchObject({ line: 1, relation: 'public.people', mode: 'ShareRowExclusiveLock' });
    expect(figures?.locks[0]?.heldMs).toBeGreaterThanOrEqual(50);
    expect(figures?.walBytes).toBeGreaterThan(50_000);
    // 50,000 integers do not fit into 64 kB.
    expect(figures?.tempBytes).toBeGreaterThan(500_000);
  });

  it('a lock that the plan could not foresee is told', async () => {
    const { rehearsal } = await deploy({
      '01_hidden': `DO $$ BEGIN EXECUTE 'ALTER TABLE ' || quote_ident('peo' || lower('PLE')) || ' ADD COLUMN "note" text'; END $$;`,
    });
    expect(rehearsal?.figures?.unforeseen).toEqual({
      count: 1,
      first: [
        { migration: '01_hidden', line: 1, relation: 'public.people', mode: 'AccessExclusiveLock', foreseen: null },
      ],
    });
    // It gets a budget all the same.
    expect(rehearsal?.figures?.budgets).toEqual([{ migration: '01_hidden', segment: 0, statement: 0, ms: 5_000 }]);
  });
});
