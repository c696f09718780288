/** Whoever stops a deployment stops what its rehearsal runs. */
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject } from '../support/project';
import { until } from '../support/until';

let database: TestDatabase;
beforeEach(async () => (database = await testDatabase()));
afterEach(() => database.drop());

/** Sleeps on the scratch database. */
async function sleepers(): Promise<number> {
  const { rows } = await database.client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'lockkeeper/scratch' AND wait_event = 'PgSleep'`,
  );
  return rows[0]?.count ?? 0;
}

test('an abort ends the statement that a rehearsal waits for', async () => {
  const project = await testProject({
    ...writeMigrations({ '1_slow': 'CREATE TABLE "a" ("i" int);\nDO $$ BEGIN PERFORM pg_sleep(600); END $$;' }),
    url: database.url,
    environment: { rehearsal: 'schema-only', backup: { enabled: false } },
  });
  try {
    await project.startWorker();
    const maya = { id: 'cli:maya', name: 'maya' };
    const ref = await project.client.start(project.environment, project.target, maya);
    await until('the rehearsal sleeps', async () => ((await sleepers()) > 0 ? true : null));
    await project.client.abort(ref, maya, null);
    expect(await project.client.result(ref)).toMatchObject({ status: 'aborted', failure: { phase: 'rehearse' } });
    await until('nothing sleeps any more', async () => ((await sleepers()) === 0 ? true : null));
  } finally {
    await project.close();
  }
});
