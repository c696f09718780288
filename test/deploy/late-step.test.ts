/** A first step that a worker takes up when its maintenance window is over. */
import type { MaintenanceWindow } from '../../src/contract';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { attempted, prepareDeployment, type PreparedDeployment } from '../support/prepared';
import { testProject, type TestProject } from '../support/project';
import { Sessions } from '../support/sessions';
import { until } from '../support/until';

const FILES = {
  '1_base': 'CREATE TABLE "guests" ("id" int PRIMARY KEY, "note" text);\nINSERT INTO "guests" VALUES (1, \'Ada\');',
};
const NEXT = { ...FILES, '2_next': 'ALTER TABLE "guests" ADD COLUMN "a" int;\nCREATE INDEX ON "guests" ("note");' };

/** A day that is neither today nor one on which a test that runs past midnight ends. */
const OVER: MaintenanceWindow = { days: [(new Date().getUTCDay() + 3) % 7], from: 0, to: 60, zone: 'UTC' };
const OPEN: MaintenanceWindow = { days: [], from: 0, to: 0, zone: 'UTC' };

let database: TestDatabase;
const sessions = new Sessions();
const projects: TestProject[] = [];

beforeEach(async () => (database = await testDatabase()));
afterEach(async () => {
  await sessions.end();
  await Promise.all(projects.splice(0).map((project) => project.close()));
  await database.drop();
});

async function prepare(deploymentId: string, files: Record<string, string>): Promise<PreparedDeployment> {
  const environment = { lockTimeout: '100ms', lockBudget: '2m', rehearsal: 'schema-only' };
  const project = await testProject({ ...writeMigrations(files), url: database.url, environment });
  projects.push(project);
  return prepareDeployment(project, deploymentId);
}

/** Attempts the first step in this window. */
function apply({ activities, input, requests }: PreparedDeployment, window: MaintenanceWindow, attempt = 1) {
  const [request] = requests;
  if (!request) throw new Error('no step');
  const done = attempted(attempt).run(() => activities.applyStep(input, { ...request, window }));
  done.catch(() => undefined);
  return done;
}

async function columns(): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass('public.guests') AND attnum > 0 ORDER BY attnum`,
  );
  return rows.map(({ name }) => name);
}

test.each([1, 2])('does not begin, whichever attempt it is (%i)', async (attempt) => {
  const prepared = await prepare(`too-late-${attempt}`, FILES);
  await expect(apply(prepared, OVER, attempt)).rejects.toMatchObject({
    type: 'WindowClosed',
    nonRetryable: true,
    message: 'The maintenance window closed before the first step; deploy again for the next.',
  });
  expect(await columns()).toEqual([]);
  const { rows } = await database.client.query("SELECT to_regclass('public._prisma_migrations') AS history");
  expect(rows).toEqual([{ history: null }]);
  await apply(prepared, OPEN, attempt);
  expect(await columns()).toEqual(['id', 'note']);
});

test('goes on where an earlier attempt has begun in it', async () => {
  await apply(await prepare('before-late', FILES), OPEN);
  const prepared = await prepare('begun-in-time', NEXT);
  const reader = await sessions.open(database.url);
  // The index is built in a segment of its own, and waits for every older snapshot.
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
  const first = apply(prepared, OPEN);
  await until('the column is there', async () => (await columns()).includes('a'));
  await database.client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'lockkeeper/begun-in-time/%'`,
  );
  await expect(first).rejects.toThrow();
  await reader.query('ROLLBACK');
  await apply(prepared, OVER, 2);
  const { rows } = await database.client.query(
    `SELECT indisvalid FROM pg_index WHERE indrelid = 'public.guests'::regclass AND NOT indisprimary`,
  );
  expect(rows).toEqual([{ indisvalid: true }]);
});
