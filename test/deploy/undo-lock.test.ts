/** Undoing behind somebody's lock: it keeps nobody waiting, and comes again instead of leaving the rest to a person. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import { createActivities, type Activities } from '../../src/activities';
import { createPgTools } from '../../src/adapters/pg-tools';
import type { DeployInput } from '../../src/contract';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject, type TestProject } from '../support/project';

const GUESTS = { '00_guests': 'CREATE TABLE "guests" ("name" text);\nINSERT INTO "guests" VALUES (\'Ada\');' };
const NOTE = { ...GUESTS, '01_note': 'ALTER TABLE "guests" ADD COLUMN "note" text;' };

let database: TestDatabase;
const projects: TestProject[] = [];

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.close()));
  await database.drop();
});

const inActivity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment({ attempt: 1 }).run(work);

interface Migrated {
  activities: Activities;
  input: DeployInput;
}

/** Everything up to phase `migrate`, as the workflow calls it. */
async function migrate(deploymentId: string, files: Record<string, string>): Promise<Migrated> {
  const environment = { lockBudget: '500ms', rehearsal: 'schema-only' };
  const project = await testProject({ ...writeMigrations(files), url: database.url, environment });
  projects.push(project);
  const activities = createActivities({
    config: project.config,
    tools: createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? ''),
    signingKey: '',
    slack: null,
    uiUrl: '',
    openOn: () => Promise.resolve([]),
    env: project.env,
  });
  const { environment: name, target } = project;
  const input = { deploymentId, environment: name, target, requester: { id: 'cli:maya', name: 'maya' } };
  const { schemaFingerprint } = await inActivity(() => activities.inspect(input));
  const { plan } = await inActivity(() => activities.plan(input, null));
  const rehearsal = await inActivity(() => activities.rehearse(input, plan, null));
  const undone = plan.steps.map((step) => ({ ...step, segments: 1 }));
  await inActivity(() => activities.registerUndo(input, undone, rehearsal, schemaFingerprint));
  for (const step of plan.steps) {
    const migrations = plan.migrations.filter((migration) => step.migrations.includes(migration.name));
    await inActivity(() => activities.applyStep(input, { step, migrations, budgets: null }));
  }
  return { activities, input };
}

it('is tried again when the lock does not come within the budget', async () => {
  await migrate('first', GUESTS);
  const { activities, input } = await migrate('second', NOTE);
  const reverse = (): ReturnType<Activities['reverseStep']> =>
    inActivity(() => activities.reverseStep(input, input.deploymentId, 0));
  const reader = new Client({ connectionString: database.url, options: '-c search_path=public' });
  await reader.connect();
  try {
    await reader.query('BEGIN; SELECT count(*) FROM guests');
    // A failure, not a result: the workflow tries those again, and takes a result for the last word.
    await expect(reverse()).rejects.toMatchObject({
      type: 'LockTimeout',
      message: expect.stringMatching(/In the way: session .*unnamed application/) as string,
    });
    await reader.query('COMMIT');
  } finally {
    await reader.end();
  }
  await expect(reverse()).resolves.toMatchObject({ state: 'reversed' });
});
