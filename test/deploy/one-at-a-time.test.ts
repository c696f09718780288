/** Which of two deployments of one database goes on, as Temporal's list shows them. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { refuseSecond } from '../../src/activities/one-at-a-time';
import type { Deps } from '../../src/activities/deps';
import type { OpenDeployment } from '../../src/adapters/open-deployments';
import { testDatabase, type TestDatabase } from '../support/database';

const open = (runId: string, second: number): OpenDeployment => ({
  runId,
  deploymentId: `deployment-${runId}`,
  workflowId: `migrate/production/${runId}`,
  requester: 'maya',
  startedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
});

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());

/** @returns what run `b` hears. */
function refusal(listed: OpenDeployment[]): Promise<unknown> {
  const deps = { openOn: () => Promise.resolve(listed) } as unknown as Deps;
  const environment = new MockActivityEnvironment({
    workflowExecution: { workflowId: 'migrate/production/b', runId: 'b' },
  });
  return environment
    .run(() => refuseSecond(deps, database.url))
    .then(
      (instance) => (expect(instance).toMatch(/^\d+\/\d+\/\d+$/), null),
      (error: Error) => error.message,
    );
}

test.each<[string, OpenDeployment[], string | null]>([
  ['alone', [], null],
  ['alone, and listed', [open('b', 1)], null],
  ['not listed yet, whatever else is open came first', [open('a', 9)], 'a'],
  ['the first', [open('a', 2), open('b', 1)], null],
  ['the second', [open('b', 2), open('a', 1)], 'a'],
  ['the third of three hears of the first', [open('b', 3), open('c', 2), open('a', 1)], 'a'],
  ['begun in the same moment as another with a smaller run id', [open('b', 1), open('a', 1)], 'a'],
  ['begun in the same moment as another with a larger run id', [open('b', 1), open('c', 1)], null],
])('%s', async (_when, listed, first) => {
  const heard = await refusal(listed);
  if (first === null) expect(heard).toBeNull();
  else
    expect(heard).toMatch(
      `Deployment deployment-${first} of production/${first}, which is the same database, is still open`,
    );
});
