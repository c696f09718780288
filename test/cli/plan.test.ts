/** `lockkeeper plan --offline`: what it prints in each form, and when it exits with 7. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FullPlan } from '../../src/policy/plan';
import { project } from './project';
import { lockkeeper, type Ran } from './terminal';

const DANGER = 'CREATE INDEX "i" ON "user" ("name");\n-- lockkeeper: execution as-written\n';
const FILES = {
  'lockkeeper.yaml': `
environments:
  staging: { targets: { main: { urlEnv: S } } }
  production: { policy: { block: danger }, targets: { main: { urlEnv: P } } }
`,
  'prisma/migrations/1_init/migration.sql': 'CREATE TABLE "user" ("id" BIGINT PRIMARY KEY, "name" TEXT);',
  'prisma/migrations/2_index/migration.sql': `-- <script>alert(1)</script>\n${DANGER}`,
};

function plan(argv: string[], files: Record<string, string> = FILES, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return lockkeeper(['plan', '--offline', ...argv], { cwd: project(files), env });
}

test('JSON is the documented object', async () => {
  const { stdout } = await plan(['--json']);
  const made = JSON.parse(stdout) as FullPlan;
  const documented = readFileSync(join(__dirname, '../../docs/OPERATIONS.md'), 'utf8')
    .split('## The plan for programs')[1]
    ?.split('\n## ')[0];
  const rows = [...(documented ?? '').matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell).join(' ');
  expect(Object.keys(made).filter((key) => !rows.includes(`\`${key}`))).toEqual([]);
  expect(made.migrations[1]).toMatchObject({
    name: '2_index',
    hazards: [{ id: 'index-not-concurrent', severity: 'danger', line: 2, handledBy: null }],
    statements: [
      {
        line: 2,
        kind: 'CREATE INDEX',
        locks: [{ relation: 'user', mode: 'ShareLock' }],
        rewrites: false,
        transactional: true,
      },
    ],
    reversal: { kind: 'inverses', reason: null, lossy: false },
  });
  expect(made).toMatchObject({ risk: 'high', totals: { tables: 1, columns: 2, indexes: 1 }, checklist: [] });
});

test('remarks of one kind are counted in the terminal, and listed elsewhere', async () => {
  const tables = Array.from(
    { length: 10 },
    (_, n) => `CREATE TABLE t${n} ("id" BIGINT PRIMARY KEY, "at" TIMESTAMP(3));`,
  );
  const many = { ...FILES, 'prisma/migrations/3_many/migration.sql': tables.join('\n') };
  const { stdout } = await plan([], many);
  expect(stdout.match(/info 3_many:\d+/g)).toEqual(['info 3_many:1', 'info 3_many:2', 'info 3_many:3']);
  expect(stdout).toContain('and 7 more of timestamp-without-time-zone; "lockkeeper plan --markdown" lists them all');
  expect((await plan(['--markdown'], many)).stdout.match(/\*\*info\*\* `3_many:\d+`/g)).toHaveLength(10);
});

test('annotations stand beside their lines, escaped', async () => {
  const { stdout } = await plan(['--github']);
  const [annotation = ''] = stdout.split('\n');
  expect(annotation).toMatch(
    /^::error file=prisma\/migrations\/2_index\/migration\.sql,line=2,title=index-not-concurrent::CREATE INDEX without .*%0A%0ACREATE INDEX CONCURRENTLY/,
  );
  const odd = { ...FILES, 'prisma/migrations/3,a:b%/migration.sql': 'DROP TABLE "user";' };
  expect((await plan(['--github'], odd)).stdout).toContain('file=prisma/migrations/3%2Ca%3Ab%25/migration.sql,');
});

test('the page needs nothing from elsewhere, and nothing of the files becomes markup', async () => {
  const odd = {
    ...FILES,
    'prisma/migrations/3_<img src=x>/migration.sql': 'ALTER TABLE "user" RENAME "name" TO "<b>";',
  };
  const { stdout } = await plan(['--html'], odd);
  expect(stdout).not.toMatch(/<(script|img|link|b>;)|https?:\/\/(?!www\.w3)/);
  expect(stdout).toContain('3_&lt;img src=x&gt;');
  expect(stdout).toContain("default-src 'none'");
});

test.each([
  ['nothing said', [], 0],
  ['an environment that lets it pass', ['--env', 'staging'], 0],
  ['an environment that stops it', ['--env', 'production'], 7],
  ['the command line, over the environment', ['--env', 'production', '--block', 'never'], 0],
  ['the command line', ['--block', 'warning'], 7],
] as const)('blocked by %s', async (_, argv, code) => expect((await plan([...argv])).code).toBe(code));

test('what somebody allowed stops nothing', async () => {
  const allowed = {
    ...FILES,
    'prisma/migrations/2_index/migration.sql': `-- lockkeeper: allow index-not-concurrent because it is small\n${DANGER}`,
  };
  expect((await plan(['--block', 'warning'], allowed)).code).toBe(0);
});

test('--from leaves out what was there before', async () => {
  const { stdout } = await plan(['--json', '--from', '2_index']);
  expect((JSON.parse(stdout) as FullPlan).migrations.map(({ name }) => name)).toEqual(['2_index']);
});

test.each([
  [['--from', '9_none'], /holds no migration 9_none/],
  [['--html', '--github'], /Say one of/],
  [['--block', 'info'], /Allowed choices are danger, warning, never/],
])('%j is refused', async (argv, says) => {
  const { code, stderr } = await plan(argv);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) as string });
});
