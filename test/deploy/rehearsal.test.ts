/** The rehearsal on a real server: what it measures is what there is, and what cannot go well stops before anybody is asked. */
import { randomBytes } from 'node:crypto';
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

/** With the base deployed and filled. */
let template: TestDatabase;
let database: TestDatabase;
let project: TestProject | null = null;

const BASE_FILE = { '00_base': BASE };

beforeAll(async () => {
  template = database = await testDatabase();
  const { outcome } = await run(BASE_FILE, { rehearsal: 'off', backup: { enabled: false } });
  expect(outcome?.status).toBe('deployed');
  await project?.close();
  project = null;
  await template.client.query(ROWS);
  await template.client.query('ANALYZE');
  // A template has no sessions.
  await template.client.end();
});

afterAll(() => template.drop());

beforeEach(async () => {
  database = await testDatabase(template.name);
});

afterEach(async () => {
  await project?.close();
  project = null;
  await database.drop();
});

/** Deploys the migrations on top of the base. */
function deploy(
  migrations: Record<string, string>,
  environment: Record<string, unknown> = {},
): Promise<DeploymentStatus> {
  return run({ ...BASE_FILE, ...migrations }, environment);
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

test('rows that a migration writes into a table of before do not stop it, and the reversal says that they stay', async () => {
  const { outcome, rehearsal } = await deploy({
    '01_admin': `ALTER TABLE "people" ADD COLUMN "role" text;
INSERT INTO "people" ("id", "email", "role") VALUES (9001, 'admin@example.org', 'admin');`,
    '02_more': `CREATE TABLE "more" ("id" int);`,
  });
  expect(outcome?.status).toBe('deployed');
  expect(rehearsal?.reversible).toBe(true);
  expect(rehearsal?.reversals.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(
      /^after it the step could not be deployed again, for what it wrote stays: 01_admin, line 2: .*SQLSTATE 23505/,
    ),
    null,
  ]);
});

describe('what cannot go well stops before anybody is asked', () => {
  const CASES: [string, string, RegExp, ('online' | 'as-written')?][] = [
    [
      'a unique index on duplicates',
      'CREATE UNIQUE INDEX "people_email" ON "people" ("email");',
      /01_x, line 1: .*SQLSTATE 23505\).* 97 values stand in more than one row\./,
    ],
    [
      'NOT NULL with nulls',
      'ALTER TABLE "people" ALTER COLUMN "email" SET NOT NULL;',
      /01_x, line 1: .*SQLSTATE 23514\).* 3 rows are in the way\./,
    ],
    [
      'NOT NULL with nulls, as written',
      'ALTER TABLE "people" ALTER COLUMN "email" SET NOT NULL;',
      /01_x, line 1: .*SQLSTATE 23502\).* 3 rows are in the way\./,
      'as-written',
    ],
    [
      'a column without a default for the rows that are there',
      'ALTER TABLE "orders" ADD COLUMN "note" text NOT NULL;',
      /01_x, line 1: .*SQLSTATE 23502\).* 3 rows of orders are in the way\./,
    ],
    [
      'a foreign key to rows that are not there',
      '-- who\nALTER TABLE "orders" ADD FOREIGN KEY ("person_id") REFERENCES "people" ("id");',
      /01_x, line 2: .*SQLSTATE 23503\).* 1 row is in the way\./,
    ],
    [
      'a check that rows break',
      `ALTER TABLE "people" ADD CONSTRAINT "mail" CHECK ("email" LIKE '%@example.org' AND "id" > 2);`,
      /01_x, line 1: .*SQLSTATE 23514\).* 2 rows are in the way\./,
    ],
    [
      'a type that values do not fit',
      'ALTER TABLE "people" ALTER COLUMN "age" TYPE int USING "age"::int;',
      /01_x, line 1: .*SQLSTATE 22P02\).* 1 row of people is in the way\./,
    ],
  ];

  it.each(CASES)('%s', async (_, sql, message, execution = 'online') => {
    const { outcome, approval, input } = await deploy({ '01_x': sql }, { execution, approvals: { required: 1 } });
    expect(outcome).toMatchObject({ status: 'failed', failure: { phase: 'rehearse', type: 'Rehearsal' } });
    expect(outcome?.failure?.message).toMatch(message);
    expect(outcome?.failure?.message).toMatch(/^On a copy of the database, .* Production was not touched\.$/);
    expect(JSON.stringify(outcome)).not.toContain('secret');
    expect(approval).toBeNull();
    expect(await scratchDatabases(input.deploymentId)).toEqual([]);
  });

  it('a lock that is held for too long', async () => {
    const { outcome, approval } = await deploy(
      { '01_x': 'ALTER TABLE "people" ADD COLUMN "note" text;\nSELECT pg_sleep(0.2);' },
      { execution: 'as-written', rehearsal: { maxLock: '100ms' }, approvals: { required: 1 } },
    );
    expect(outcome).toMatchObject({ status: 'failed', failure: { phase: 'rehearse', type: 'Rehearsal' } });
    expect(outcome?.failure?.message).toMatch(
      /^On the restored backup, 01_x, line 1 held ACCESS EXCLUSIVE on public\.people for 0\.\d s: reads and writes would wait so long, and rehearsal\.maxLock allows 0\.1 s\. .* Production was not touched\.$/,
    );
    expect(approval).toBeNull();
  });

  async function scratchDatabases(deploymentId: string): Promise<string[]> {
    const { rows } = await database.client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [`lockkeeper_scratch_${deploymentId.replaceAll('-', '_')}`],
    );
    return rows.map(({ datname }) => datname);
  }
});

describe('what reaches beyond the database', () => {
  const role = `role_${randomBytes(6).toString('hex')}`;
  const GUARDED = `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role}; END IF; END $$;`;
  const NAMING = `
CREATE TABLE "notes" ("id" int);
GRANT SELECT ON "notes" TO ${role};
ALTER TABLE "notes" OWNER TO ${role};
CREATE POLICY "mine" ON "notes" TO ${role} USING (true);`;

  afterEach(async () => {
    if (!(await isThere())) return;
    await database.client.query(`DROP OWNED BY ${role}`);
    await database.client.query(`DROP ROLE ${role}`);
  });

  async function isThere(): Promise<boolean> {
    return (await database.client.query('SELECT FROM pg_roles WHERE rolname = $1', [role])).rows.length > 0;
  }

  it.each([
    ['as it is written', `CREATE ROLE ${role};`],
    ['where it is not there yet', GUARDED],
  ])('a role is made by the deployment alone, %s', async (_, making) => {
    const status = await deploy(
      { '01_role': `${making}${NAMING}`, '02_more': 'CREATE TABLE "more" ("id" int);' },
      { approvals: { required: 0 } },
    );
    expect(status.outcome?.status).toBe('deployed');
    expect(status.rehearsal).toMatchObject({
      leftOut: `01_role, line 1 (CREATE ROLE), line 3 (GRANT that names role ${role}), line 4 (ALTER TABLE OWNER TO that names role ${role}), line 5 (CREATE POLICY that names role ${role})`,
      reversible: false,
      reversals: [
        {
          source: 'none',
          proven: false,
          reason: expect.stringMatching(
            /^line 1: CREATE ROLE reaches beyond the database and is not rehearsed, line 3: GRANT names role .* and 1 more$/,
          ) as string,
        },
        { source: 'inverses', proven: true },
      ],
    });
    const { rows } = await database.client.query(
      'SELECT tableowner AS owner, (SELECT count(*)::int FROM pg_policies WHERE $1 = ANY(roles)) AS policies FROM pg_tables WHERE tablename = $2',
      [role, 'notes'],
    );
    expect(rows).toEqual([{ owner: role, policies: 1 }]);
  });

  it('is not there, nor set, when the rehearsal fails', async () => {
    const { outcome } = await deploy({
      '01_role': `CREATE ROLE ${role};
ALTER DATABASE ${database.name} SET statement_timeout = '77s';
CREATE SCHEMA "theirs" AUTHORIZATION ${role};
CREATE TABLE "theirs"."notes" ("id" int);`,
    });
    expect(outcome).toMatchObject({ status: 'failed', failure: { phase: 'rehearse', type: 'Rehearsal' } });
    expect(outcome?.failure?.message).toMatch(
      /01_role, line 4: schema "theirs" does not exist.* Left out there, because it reaches beyond the database: 01_role, line 1 \(CREATE ROLE\), line 2 \(ALTER DATABASE\), line 3 .* Production was not touched\.$/,
    );
    expect(await isThere()).toBe(false);
    expect(
      (
        await database.client.query(
          'SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = current_database()',
        )
      ).rows,
    ).toEqual([]);
  });

  it('is not proven to be undone, nor is a version of an extension', async () => {
    const { outcome, rehearsal, plan } = await deploy({
      '01_old': `CREATE EXTENSION pg_trgm VERSION '1.3';`,
      '02_new': 'ALTER EXTENSION pg_trgm UPDATE;',
      '03_reload': 'SELECT pg_reload_conf();',
      // No diff of two schemas shows it.
      '04_large': 'SELECT lo_create(4711);\nGRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC;',
    });
    expect(outcome?.status).toBe('deployed');
    expect(plan?.steps.map(({ migrations }) => migrations)).toEqual([
      ['01_old'],
      ['02_new'],
      ['03_reload'],
      ['04_large'],
    ]);
    expect(rehearsal?.reversals.map(({ source, reason }) => [source, reason])).toEqual([
      ['inverses', null],
      ['none', 'line 1: an extension cannot go back to an earlier version'],
      ['none', 'line 1: pg_reload_conf() reaches beyond the database and is not rehearsed'],
      [
        'none',
        'the inverses of its statements: line 2: an object of kind "largeobject" is not captured; the engine\'s diff: it finds nothing to undo',
      ],
    ]);
  });
});
