import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, parseConfig, resolveTarget, targetUrl } from '../../src/config';
import { durationMs } from '../../src/config/quantities';
import { UsageError } from '../../src/errors';

const FILE = '/project/lockkeeper.yaml';
const MINIMAL = 'environments:\n  production:\n    targets:\n      main: { urlEnv: DATABASE_URL }\n';

const production = (yaml: string) =>
  parseConfig(
    `environments:\n  production:\n    targets: { main: { urlEnv: DATABASE_URL } }\n${yaml.replace(/^/gm, '    ')}`,
    FILE,
  ).environments['production'];

/** What is wrong with a file, line by line. */
function mistakes(text: string): string[] {
  try {
    parseConfig(text, FILE);
  } catch (error) {
    if (error instanceof UsageError) return error.message.split('\n').map((line) => line.trim());
    throw error;
  }
  return [];
}

describe('defaults', () => {
  const config = parseConfig(MINIMAL, FILE);

  test("are Broxiva's thresholds, word for word", () => {
    const { monitor } = config.environments['production'] ?? {};
    expect(
      monitor?.thresholds.map(({ level, metric, op, value, unit }) => `${level}: ${metric} ${op} ${value}${unit}`),
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
    expect(monitor).toMatchObject({ durationMs: 30 * 60_000, intervalMs: 30_000 });
  });

  test('are careful', () => {
    expect(config.environments['production']).toMatchObject({
      protected: true,
      approvals: { required: 1, expiryMs: 24 * 3_600_000, approvers: [] },
      window: null,
      backup: { enabled: true, dir: '/project/backups', format: 'custom' },
      rehearsal: { mode: 'full', maxLockMs: 60_000, urlEnv: null },
      lockTimeoutMs: 100,
    });
  });

  test('find the project beside the file', () => {
    expect(config).toMatchObject({
      root: '/project',
      schemaPath: '/project/prisma/schema.prisma',
      migrationsDir: '/project/prisma/migrations',
      taskQueue: 'lockkeeper',
    });
    expect(config.slack).toBeUndefined();
    expect(config.contacts).toMatchObject({ 'Database Team': '#database-team', Email: 'database-team@broxiva.com' });
  });
});

test('every mistake is told at once, with its path', () => {
  const told = mistakes(`
project: { schema: 7 }
environment: {}
environments:
  production:
    targets: { main: { urlEnv: "postgresql://secret" }, "../x": { urlEnv: A } }
    approvals: { required: -1, expiry: tomorrow }
    window: { from: "25:00", to: "04:00", days: [caturday], zone: CEST }
    monitor: { thresholds: { critical: [cpu is high] } }
`);
  expect(told[0]).toBe(`${FILE} has ${told.length - 1} mistakes:`);
  const paths = told.slice(1).map((line) => line.slice(0, line.indexOf(':')));
  expect(paths.sort()).toEqual(
    [
      '(top level)',
      'environments.production.approvals.expiry',
      'environments.production.approvals.required',
      'environments.production.monitor.thresholds.critical.0',
      'environments.production.targets.../x',
      'environments.production.targets.main.urlEnv',
      'environments.production.window.days.0',
      'environments.production.window.from',
      'environments.production.window.zone',
      'project.schema',
    ].sort(),
  );
  expect(told.join()).not.toContain('secret');
});

test.each([
  ['not YAML', 'environments: [', /is not valid YAML/],
  ['no environments', 'project: {}', /environments: /],
  ['empty', '', /is empty; .* run "lockkeeper init"/],
])('a file that is %s is refused', (_, text, message) => expect(mistakes(text).join('\n')).toMatch(message));

describe('YAML', () => {
  const shared = 'environments:\n  staging: &s\n    targets: { main: { urlEnv: A } }\n    lockTimeout: 50ms\n';

  test('anchors and merge keys are followed', () => {
    const { environments } = parseConfig(
      `${shared}  production:\n    <<: *s\n    targets: { main: { urlEnv: B } }\n`,
      FILE,
    );
    expect(environments['production']).toMatchObject({ lockTimeoutMs: 50, targets: { main: { urlEnv: 'B' } } });
  });

  test('lines may end as on Windows, behind a byte order mark', () => {
    expect(parseConfig(`\ufeff${MINIMAL.replaceAll('\n', '\r\n')}`, FILE).environments).toHaveProperty('production');
  });
});

test.each([
  ['500ms', 500],
  ['1.5s', 1_500],
  ['30 m', 1_800_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
])('%s is %i ms', (text, ms) => expect(durationMs(text)).toBe(ms));

test.each(['30', 'm', '-1s', '1w', '1s2', '1h 30m'])('%j is no duration', (text) => {
  expect(() => durationMs(text)).toThrow(UsageError);
  expect(mistakes(`${MINIMAL}    lockTimeout: ${JSON.stringify(text)}\n`)).toHaveLength(2);
});

test('thresholds are read in every form', () => {
  const environment = production(
    'monitor: { thresholds: { critical: ["free_space<10 %", "p95 > 1000.5ms"], warning: [queue > 7] } }',
  );
  expect(environment?.monitor.thresholds).toEqual([
    { level: 'critical', metric: 'free_space', op: '<', value: 10, unit: '%' },
    { level: 'critical', metric: 'p95', op: '>', value: 1000.5, unit: 'ms' },
    { level: 'warning', metric: 'queue', op: '>', value: 7, unit: '' },
  ]);
});

test('a metric of the project is a program with the variables that it is given', () => {
  const [known, ...others] =
    production('monitor: { metrics: { p95: { command: [./p95, --of, api], env: [TOKEN] } } }')?.monitor.metrics ?? [];
  expect(known).toEqual({ metric: 'p95', command: ['./p95', '--of', 'api'], env: ['TOKEN'] });
  expect(others).toEqual([]);
});

test.each([
  '{ P95: { command: [a] } }',
  '{ p95: { command: [] } }',
  '{ p95: a }',
  '{ p95: { command: [a], env: [$A] } }',
])('metrics: %s is a mistake', (metrics) =>
  expect(mistakes(`${MINIMAL}    monitor: { metrics: ${metrics} }\n`)).toHaveLength(2),
);

test('a window is kept in minutes and days of the week', () => {
  expect(production('window: { from: "22:30", to: "02:05", days: [sun, sat] }')?.window).toEqual({
    days: [0, 6],
    from: 22 * 60 + 30,
    to: 2 * 60 + 5,
    zone: 'UTC',
  });
  expect(production('window: { from: "22:30", to: "02:05", zone: Europe/Berlin }')?.window).toMatchObject({
    zone: 'Europe/Berlin',
  });
});

test.each([
  ['production', true],
  ['staging', true],
  ['prod-test', true],
  ['development', false],
  ['test-eu', false],
  ['local', false],
])('%s is protected: %p', (name, expected) => {
  expect(parseConfig(MINIMAL.replace('production', name), FILE).environments[name]?.protected).toBe(expected);
});

describe('after', () => {
  const file = (environments: Record<string, { after?: string; targets: string[] }>): string =>
    Object.entries(environments)
      .map(([name, { after, targets }]) => {
        const urls = targets.map((target) => `${target}: { urlEnv: URL }`).join(', ');
        return `  ${name}: { ${after ? `after: ${after}, ` : ''}targets: { ${urls} } }\n`;
      })
      .join('')
      .replace(/^/, 'environments:\n');

  test('names the environment that comes first', () => {
    const text = file({ staging: { targets: ['main', 'eu'] }, production: { after: 'staging', targets: ['main'] } });
    const { environments } = parseConfig(text, FILE);
    expect([environments['staging']?.after, environments['production']?.after]).toEqual([null, 'staging']);
  });

  test.each([
    [
      'nowhere',
      { a: { after: 'toString', targets: ['x'] } },
      ['environments.a.after: There is no environment toString; there are a.'],
    ],
    [
      'itself',
      { a: { after: 'a', targets: ['x'] } },
      ['environments.a.after: a comes after a itself: neither could be first.'],
    ],
    [
      'a circle',
      {
        a: { after: 'b', targets: ['x'] },
        b: { after: 'c', targets: ['x'] },
        c: { after: 'b', targets: ['x'] },
      },
      [
        'environments.b.after: c comes after b itself: neither could be first.',
        'environments.c.after: b comes after c itself: neither could be first.',
      ],
    ],
    [
      'one without the target',
      { a: { targets: ['x'] }, b: { after: 'a', targets: ['x', 'y', 'z'] } },
      ['environments.b.after: a has no target y, z, and targets are compared by their name.'],
    ],
  ])('%s is a mistake', (_, environments, expected) => expect(mistakes(file(environments)).slice(1)).toEqual(expected));
});

test('protection can be said either way', () => {
  expect(production('protected: false')?.protected).toBe(false);
  expect(
    parseConfig(`${MINIMAL.replace('production', 'dev')}    protected: true\n`, FILE).environments['dev']?.protected,
  ).toBe(true);
});

describe('resolveTarget', () => {
  const two = parseConfig(
    'environments:\n  a: { targets: { x: { urlEnv: X }, y: { urlEnv: Y } } }\n  b: { targets: { z: { urlEnv: Z } } }\n',
    FILE,
  );

  test('takes the only one', () =>
    expect(resolveTarget(parseConfig(MINIMAL, FILE))).toMatchObject({ name: 'main', urlEnv: 'DATABASE_URL' }));
  test('takes the named one', () =>
    expect(resolveTarget(two, 'a', 'y')).toMatchObject({ name: 'y', environment: { name: 'a' } }));
  test.each([
    [undefined, undefined, /^Say which environment: a, b/],
    ['a', undefined, /^Say which target of a: x, y/],
    ['c', undefined, /^Unknown environment "c"; .* defines a, b/],
    ['b', 'x', /^Unknown target of b "x"/],
    ['toString', undefined, /^Unknown environment "toString"/],
  ])('of %p and %p fails', (environment, target, message) =>
    expect(() => resolveTarget(two, environment, target)).toThrow(message),
  );
});

describe('targetUrl', () => {
  const target = resolveTarget(parseConfig(MINIMAL, FILE));

  test('is what the variable holds', () => {
    const url = 'postgresql://u:p%40ss@db:5432/broxiva?sslmode=require';
    expect(targetUrl(target, { DATABASE_URL: url })).toBe(url);
  });

  test('with an sslmode that does not exist is refused', () => {
    expect(() => targetUrl(target, { DATABASE_URL: 'postgresql://u:secret@db/x?sslmode=strict' })).toThrow(
      /^DATABASE_URL has an sslmode that does not exist; write disable, allow, .*, no-verify\.$/,
    );
  });

  test.each([
    [undefined],
    [''],
    ['secret'],
    ['mysql://u:secret@db/x'],
    ['postgresql://u:secret@db'],
    ['postgresql://u:secret@db:port/x'],
  ])('of %j is refused without showing it', (value) => {
    const attempt = (): string => targetUrl(target, { DATABASE_URL: value });
    expect(attempt).toThrow(/^DATABASE_URL is not/);
    expect(attempt).not.toThrow(/secret/);
  });
});

describe('loadConfig', () => {
  let root: string;
  beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), 'lockkeeper config ')))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('looks in the folders above', () => {
    const below = join(root, 'a', 'b');
    mkdirSync(below, { recursive: true });
    writeFileSync(join(root, 'lockkeeper.yaml'), MINIMAL);
    expect(loadConfig(undefined, below).root).toBe(root);
  });

  test('says what to do where there is none', () => {
    expect(() => loadConfig(undefined, root)).toThrow(/^No lockkeeper\.yaml found .* run "lockkeeper init"/);
    expect(() => loadConfig('other.yaml', root)).toThrow(/^No other\.yaml found/);
  });
});
