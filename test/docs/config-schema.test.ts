/** docs/lockkeeper.schema.json, docs/CONFIGURATION.md and the project's own lockkeeper.yaml against src/config/. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { configSchema, loadConfig } from '../../src/config';
import { ROOT } from './documents';

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  default?: unknown;
}

const fresh = JSON.parse(
  JSON.stringify({ title: 'lockkeeper.yaml', ...z.toJSONSchema(configSchema, { io: 'input' }) }),
) as JsonSchema;

test('the JSON Schema is that of the code: npm run build && node scripts/config-schema.mjs', () => {
  expect(JSON.parse(readFileSync(join(ROOT, 'docs', 'lockkeeper.schema.json'), 'utf8'))).toEqual(fresh);
});

/** `environments.<name>.approvals.required`. */
function keys(schema: JsonSchema, path: string): { path: string; default: unknown }[] {
  const here = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const inner = keys(child, here(name));
    return inner.length > 0 ? inner : [{ path: here(name), default: child.default }];
  });
  const any = typeof schema.additionalProperties === 'object' ? keys(schema.additionalProperties, here('<name>')) : [];
  return [...below, ...any];
}

test('every key of the configuration is in docs/CONFIGURATION.md, with its default', () => {
  const text = readFileSync(join(ROOT, 'docs', 'CONFIGURATION.md'), 'utf8');
  const rows = new Map(
    text.split('\n').flatMap((line) => {
      const cells = line.split(' | ');
      const name = /^\| `([^`]+)`$/.exec(cells[0] ?? '')?.[1];
      return name ? [[name, cells[1] ?? ''] as const] : [];
    }),
  );
  const wrong = keys(fresh, '').filter(({ path, default: fallback }) => {
    const cell = rows.get(path.replace('environments.<name>.', '').replace('targets.<name>.', 'targets.<target>.'));
    if (cell === undefined) return true;
    return typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean'
      ? !cell.includes(`\`${fallback}\``)
      : false;
  });
  expect(wrong).toEqual([]);
});

test("Broxiva's own lockkeeper.yaml is valid and has the alert thresholds of its README", () => {
  const { environments } = loadConfig(join(ROOT, 'lockkeeper.yaml'));
  expect(Object.keys(environments)).toEqual(['development', 'staging', 'production']);
  expect(Object.values(environments).map((environment) => environment.protected)).toEqual([false, true, true]);
  expect(
    environments['production']?.monitor.thresholds.map(
      ({ level, metric, op, value, unit }) => `${level}: ${metric} ${op} ${value}${unit}`,
    ),
  ).toEqual([
    'critical: cpu_usage > 90%',
    'critical: memory_usage > 90%',
    'critical: connection_pool > 95%',
    'critical: error_rate > 5%',
    'warning: cpu_usage > 80%',
    'warning: memory_usage > 85%',
    'warning: query_time_p95 > 1000ms',
    'warning: error_rate > 1%',
  ]);
  expect(environments['production']?.monitor.durationMs).toBe(30 * 60_000);
});
