/**
 * The handbook's examples are run, and print what it says they print. After a change on purpose:
 * UPDATE_HANDBOOK=1 npm test -- test/docs/examples
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'libpg-query';
import { lockkeeper } from '../cli/terminal';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { documents, ROOT } from './documents';
import { migrationName, sectionsWithExamples, withOutputs, type Example, type Section } from './examples';

const GUIDE = join(ROOT, 'docs', 'DATABASE_MIGRATION_GUIDE.md');
const guide = readFileSync(GUIDE, 'utf8');
const SHOP = 'The shop';
const sections = sectionsWithExamples(guide);
const shop = sections.find(({ heading }) => heading === SHOP);

/** What each example really printed. */
const printed = new Map<Example, string>();
const databases: TestDatabase[] = [];
let template: TestDatabase;

beforeAll(async () => {
  template = await testDatabase();
  databases.push(template);
  for (const example of shop?.examples ?? []) await play(example, template, {});
  // A copy needs a template that nobody is connected to.
  await template.client.end();
});

afterAll(async () => {
  await Promise.all(databases.map((database) => database.drop()));
  if (process.env['UPDATE_HANDBOOK']) writeFileSync(GUIDE, withOutputs(guide, printed));
});

test('there are examples to run', () => {
  expect(shop).toBeDefined();
  expect(sections.flatMap(({ examples }) => examples).length).toBeGreaterThan(100);
});

test.each(sections.filter(({ heading }) => heading !== SHOP).map((section) => [section.heading, section] as const))(
  '%s',
  async (_, { examples }: Section) => {
    const database = await testDatabase(template.name);
    databases.push(database);
    const migrations = Object.fromEntries((shop?.examples ?? []).filter(isMigration).map(fileOf));
    for (const example of examples) {
      await play(example, database, migrations);
      if (isMigration(example)) Object.assign(migrations, Object.fromEntries([fileOf(example)]));
    }
  },
  120_000,
);

const isMigration = ({ kind }: Example): boolean => kind === 'migration';
const fileOf = (example: Example): [string, string] => [migrationName(example), example.text];

/** Runs one example, and compares what it prints with what the document says. */
async function play(example: Example, database: TestDatabase, earlier: Record<string, string>): Promise<void> {
  const plan = isMigration(example) || example.kind === 'plan' ? await planOf(example, earlier) : null;
  const shown = example.kind === 'plan' ? '' : await psql(database.url, example);
  const output = plan ?? shown;
  printed.set(example, output);
  const where = `docs/DATABASE_MIGRATION_GUIDE.md:${example.line}`;
  if (example.output && !process.env['UPDATE_HANDBOOK'])
    expect({ where, output: example.output.text }).toEqual({ where, output });
}

/** What psql shows. @throws where the example fails and should not, or the other way round. */
function psql(url: string, { kind, text, line }: Example): Promise<string> {
  return new Promise((resolve, reject) => {
    const stop = kind === 'fails' ? [] : ['--set=ON_ERROR_STOP=1'];
    // Both streams into one: errors stand where they happened.
    const args = ['-c', 'exec "$0" "$@" 2>&1', pgBin('psql'), '--no-psqlrc', '--quiet', ...stop, url];
    const child = execFile('sh', args, { env: { ...process.env, PGTZ: 'UTC', LC_ALL: 'C' } }, (error, stdout) => {
      const lines = stdout.trimEnd().split('\n');
      const state = error ? '' : lines.pop();
      if (error || (state === '00000') === (kind === 'fails'))
        return reject(new Error(`line ${line} ${error ? 'fails' : 'does not fail'}:\n${stdout}`));
      resolve(trimmed(lines));
    });
    child.stdin?.end(`${text}\n\\echo :SQLSTATE\n`);
  });
}

/** `lockkeeper plan --offline --from <it>`, without the digest. */
async function planOf(example: Example, earlier: Record<string, string>): Promise<string> {
  const name = migrationName(example);
  const { migrations, schema } = writeMigrations({ ...earlier, [name]: example.text });
  const root = join(migrations, '..', 'project');
  mkdirSync(root);
  const environments = { development: { targets: { main: { urlEnv: 'DATABASE_URL' } } } };
  writeFileSync(join(root, 'lockkeeper.yaml'), JSON.stringify({ project: { schema, migrations }, environments }));
  const { stdout, stderr } = await lockkeeper(['plan', '--offline', '--from', name], { cwd: root });
  if (stdout === '') throw new Error(stderr);
  return trimmed(stdout.split('\n').filter((line) => !line.startsWith('Digest ')));
}

/** Without blanks at the ends of lines, which editors and prettier take away. */
function trimmed(lines: string[]): string {
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '');
}

/** The others, in all documents: fragments, whose tables are not those of the shop. */
const fragments = documents().flatMap(({ path, text }) =>
  [...text.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(
    (match) => [`${path}:${text.slice(0, match.index).split('\n').length}`, match[1] ?? ''] as const,
  ),
);

test.each(fragments)('PostgreSQL can read %s', async (_, sql) => {
  await expect(parse(sql)).resolves.toBeDefined();
});
