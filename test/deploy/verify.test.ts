/** The five health checks after migrating, of a deployment on a real server. */
import { join } from 'node:path';
import type { HealthCheck } from '../../src/contract';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject } from '../support/project';

const BROXIVA = join(__dirname, '..', '..', 'prisma', 'schema.prisma');

let database: TestDatabase;
beforeEach(async () => (database = await testDatabase()));
afterEach(() => database.drop());

interface Asked {
  schema?: string;
  /** What the migration holds besides. */
  sql?: string;
  verify?: Record<string, unknown>;
}

async function healthAfter({ schema, sql = '', verify = {} }: Asked = {}): Promise<HealthCheck[]> {
  const files = writeMigrations({ '1_base': `CREATE TABLE "a" ("id" int PRIMARY KEY);\n${sql}` });
  const project = await testProject({
    ...files,
    ...(schema !== undefined && { schema }),
    url: database.url,
    environment: { rehearsal: 'off', backup: { enabled: false }, verify },
  });
  try {
    await project.startWorker();
    const ref = await project.client.start(project.environment, project.target, { id: 'cli:maya', name: 'maya' });
    expect((await project.client.result(ref)).status).toBe('deployed');
    return (await project.client.status(ref)).health;
  } finally {
    await project.close();
  }
}

test('all five pass; Prisma is found where the schema is, wherever lockkeeper.yaml lies', async () => {
  expect((await healthAfter({ schema: BROXIVA })).map(({ name, status }) => `${name}: ${status}`)).toEqual([
    'Database connectivity: pass',
    'Migration status: pass',
    'Critical tables: pass',
    'Query execution: pass',
    'Prisma Client generation: pass',
  ]);
});

test('a project without Prisma on this host generates no client, and says so', async () => {
  expect((await healthAfter()).at(-1)).toEqual({
    name: 'Prisma Client generation',
    status: 'skipped',
    evidence: 'No prisma package is installed where the schema is.',
  });
});

const NO_CLIENT = { generate: false };
const named = (health: HealthCheck[], name: string): HealthCheck | undefined =>
  health.find((check) => check.name === name);

test('a table is read whatever it is called', async () => {
  const sql = 'CREATE TABLE "a.b" ("i""d" int);\nINSERT INTO "a.b" VALUES (1);\nSELECT pg_stat_force_next_flush();';
  const seen = named(await healthAfter({ sql, verify: NO_CLIENT }), 'Critical tables');
  expect(seen?.evidence).toContain('public."a.b"');
  expect(seen?.status).toBe('pass');
});

test('a table answers however long its first row takes; what cannot be told in time is no failure', async () => {
  const sql = 'CREATE VIEW "slow" AS SELECT pg_sleep(60)::text AS "slept";';
  const checks = [{ name: 'Slow', sql: 'SELECT count(*) = 1 FROM "slow"' }];
  const health = await healthAfter({ sql, verify: { ...NO_CLIENT, criticalTables: ['slow'], checks } });
  expect(named(health, 'Critical tables')?.status).toBe('pass');
  expect(named(health, 'Slow')).toEqual({
    name: 'Slow',
    status: 'warn',
    evidence: 'No answer within 10 s: canceling statement due to statement timeout (SQLSTATE 57014).',
  });
});
