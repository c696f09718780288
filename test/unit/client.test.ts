import { newDeploymentId } from '../../src/client/deployment-id';
import { uiBase } from '../../src/client/ui';
import { workflowIdFor } from '../../src/contract';

describe('deployment ids', () => {
  test('are the time in UTC and four digits', () =>
    expect(newDeploymentId(new Date('2026-01-02T03:04:05.678Z'))).toMatch(/^20260102-030405-[0-9a-f]{4}$/));

  test('sort by time, over the turn of a year', () => {
    const times = ['2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];
    const ids = times.map((time) => newDeploymentId(new Date(time)));
    expect([...ids].reverse().sort()).toEqual(ids);
  });
});

test('two databases never share a workflow', () => {
  expect(workflowIdFor('production', 'main')).toBe('migrate/production/main');
  expect(new Set([workflowIdFor('a', 'b'), workflowIdFor('a', 'c'), workflowIdFor('b', 'b')]).size).toBe(3);
});

describe('the link to the UI', () => {
  const saved = process.env['TEMPORAL_UI_URL'];
  beforeEach(() => delete process.env['TEMPORAL_UI_URL']);
  afterAll(() => {
    if (saved !== undefined) process.env['TEMPORAL_UI_URL'] = saved;
  });

  test('is that of the dev server, beside its port', () =>
    expect(uiBase(undefined, '127.0.0.1:7333', 'default')).toBe('http://127.0.0.1:8333/namespaces/default'));
  test('is what the environment says', () => {
    process.env['TEMPORAL_UI_URL'] = 'https://temporal.example/';
    expect(uiBase(undefined, 'localhost:7233', 'ops')).toBe('https://temporal.example/namespaces/ops');
  });
  test('is what is configured, before that', () => {
    process.env['TEMPORAL_UI_URL'] = 'https://temporal.example/';
    expect(uiBase('https://other.example', 'localhost:7233', 'ops')).toBe('https://other.example/namespaces/ops');
  });
});
