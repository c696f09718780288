/** Deployments that were begun by a released worker go on with this one: every recorded history replays. */
import { Worker } from '@temporalio/worker';
import { version } from '../../package.json';
import { quietRuntime } from '../workflows/support/bench';
import { workflowBundle } from '../workflows/support/bundle';
import { recorded, releases } from './histories';
import { PATHS } from './paths';

const WRONG = require.resolve('./fixtures/write-before-undo');

beforeAll(quietRuntime);

/** Path name -> why its history does not replay; null when it does. */
async function replay(release: string, interceptors: string[] = []): Promise<Record<string, string | null>> {
  const histories = Object.entries(recorded(release)).map(([workflowId, history]) => ({ workflowId, history }));
  const verdicts: Record<string, string | null> = {};
  const options = {
    workflowBundle: await workflowBundle(interceptors),
    interceptors: { workflowModules: interceptors },
  };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
    verdicts[workflowId] = error ? `${error.name}: ${error.message}` : null;
  return verdicts;
}

test.each(releases())('histories of %s replay', async (release) => {
  const verdicts = await replay(release);
  expect(Object.keys(verdicts).length).toBeGreaterThan(0);
  expect(Object.entries(verdicts).filter(([, error]) => error !== null)).toEqual([]);
});

test('every path is recorded for this release', () => {
  expect(Object.keys(recorded(`v${version}`))).toEqual(Object.keys(PATHS).sort());
});

test('a workflow that writes before its undo is registered does not replay', async () => {
  const verdicts = await replay(`v${version}`, [WRONG]);
  const wrote = Object.keys(verdicts).filter((path) => verdicts[path] !== null);
  expect(wrote).toEqual(expect.arrayContaining(['deployed', 'step-failed', 'aborted-while-migrating']));
  expect(verdicts['deployed']).toMatch(/^DeterminismViolationError: .*registerUndo/s);
  // What never came to write is told the same by both.
  expect(Object.keys(verdicts).filter((path) => verdicts[path] === null)).toEqual(
    expect.arrayContaining([
      'aborted-while-asking',
      'blocked',
      'expired',
      'rejected',
      'rollback-approved',
      'up-to-date',
    ]),
  );
});
