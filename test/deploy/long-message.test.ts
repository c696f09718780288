/** What a statement says of itself may be megabytes; Temporal's history, reports and people get a message. */
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject } from '../support/project';
import { workflowIdFor } from '../../src/contract';

let database: TestDatabase;
beforeEach(async () => (database = await testDatabase()));
afterEach(() => database.drop());

test('an error of three megabytes is cut, and still says where it was', async () => {
  const sql = `DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 3000000); END $$;`;
  const project = await testProject({
    ...writeMigrations({ '1_loud': sql }),
    url: database.url,
    environment: { rehearsal: 'off', backup: { enabled: false } },
  });
  try {
    await project.startWorker();
    const ref = await project.client.start(project.environment, project.target, { id: 'cli:maya', name: 'maya' });
    const { failure } = await project.client.result(ref);
    expect(failure).toMatchObject({ phase: 'migrate', type: 'Statement' });
    expect(failure?.message).toMatch(/^1_loud, line 1: x{900,}… \(SQLSTATE P0001\)\.$/);
    const { events } = await project.client.temporal.workflow
      .getHandle(workflowIdFor(project.environment, project.target), ref.runId)
      .fetchHistory();
    const largest = Math.max(...(events ?? []).map((event) => JSON.stringify(event).length));
    expect(largest).toBeLessThan(256 * 1024);
  } finally {
    await project.close();
  }
});
