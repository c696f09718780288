import { TestWorkflowEnvironment } from '@temporalio/testing';
import { requireTool, resolveTestServer } from '../../src/local';

test('the time-skipping server serves the SDK: half an hour passes in no time', async () => {
  const { path } = requireTool(await resolveTestServer());
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  try {
    const before = await env.currentTimeMs();
    const started = Date.now();
    await env.sleep('30 minutes');
    expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(30 * 60_000);
    expect(Date.now() - started).toBeLessThan(10_000);
  } finally {
    await env.teardown();
  }
});
