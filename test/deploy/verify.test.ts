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

async function healthAfter(schema?: string): Promise<HealthCheck[]> {
  const files = writeMigrations({ '1_base': 'CREATE TABLE "a" ("id" int PRIMARY KEY);' });
  const project = await testProject({
    ...files,
    ...(schema !== undefined && { schema }),
    url: database.url,
    environment: { rehearsal: 'off', backup: { enabled: false }, verify: {} },
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
  expect((await healthAfter(BROXIVA)).map(({ name, status }) => `${name}: ${status}`)).toEqual([
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
