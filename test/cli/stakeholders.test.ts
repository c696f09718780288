/** `lockkeeper plan --stakeholders`: a page for people, of any project, that can be kept beside the code and is told when it is stale. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './project';
import { lockkeeper, type Ran } from './terminal';

const FILES = {
  'lockkeeper.yaml': `
environments:
  production:
    approvals: { required: 2 }
    window: { days: [tue], from: '02:00', to: '04:00' }
    targets: { main: { urlEnv: P } }
contacts: { On-Call DBA: PagerDuty, Support: '#help' }
`,
  'prisma/migrations/1_init/migration.sql':
    'CREATE TABLE "user" ("id" BIGINT PRIMARY KEY, "name" TEXT, "size" SMALLINT);',
  'prisma/migrations/2_more/migration.sql': `
CREATE TABLE "note" ("id" BIGINT PRIMARY KEY, "by" BIGINT);
CREATE UNIQUE INDEX "user_name_key" ON "user" ("name");
UPDATE "user" SET "size" = 0 WHERE "size" IS NULL;
ALTER TABLE "user" ALTER COLUMN "size" SET DATA TYPE VARCHAR(4);
ALTER TABLE "user" ADD COLUMN "mail" TEXT;
ALTER TABLE "user" ADD CHECK ("mail" <> '');
`,
  'prisma/migrations/3_drop/migration.sql': 'ALTER TABLE "user" DROP COLUMN "name";',
  'prisma/migrations/3_drop/down.sql': 'ALTER TABLE "user" ADD COLUMN "name" TEXT;',
  'prisma/migrations/3_drop/notes.md': '# Names\n\nNobody reads them since May.',
};
const ARGV = ['plan', '--offline', '--stakeholders', '--env', 'production', '--from', '2_more'];

async function page(files: Record<string, string> = FILES, argv = ARGV): Promise<string> {
  const { stdout } = await lockkeeper(argv, { cwd: project(files) });
  return stdout;
}

function sectionOf(text: string, heading: string): string {
  return text.split(new RegExp(`^## ${heading}.*$`, 'm'))[1]?.split(/^## /m)[0] ?? '';
}

test('who notices what, in words', async () => {
  const section = sectionOf(await page(), '1\\. 2_more');
  expect(section).toContain('It adds 1 table (`note`), with 3 columns and 1 index.');
  expect(section).toContain('### Risk: high');
  expect(section).toContain('**danger** (`column-type-change`, line 5)');
  expect(section).toContain(
    'Nobody can read or write `user` while every row is written anew, with its indexes (line 5).',
  );
  expect(section).toContain(
    '2 statements that would block others run in a form that lets them read and write meanwhile',
  );
  expect(section).toContain('Rows of `user` are written (line 4)');
});

test('the queries to run beforehand can be run beforehand', async () => {
  const section = sectionOf(await page(), '1\\. 2_more');
  const queries = section.split('```sql\n')[1]?.split('```')[0]?.trim().split('\n') ?? [];
  // None of the check on a column that the migration itself adds.
  expect(queries.map((query) => query.trim()).filter(Boolean)).toEqual([
    'SELECT "name", count(*) FROM "user" WHERE "name" IS NOT NULL GROUP BY "name" HAVING count(*) > 1;',
  ]);
});

test('what is lost, and how it comes back', async () => {
  const text = await page();
  expect(sectionOf(text, '2\\. 3_drop')).toContain('**What it deletes comes back from the backup alone.**');
  expect(sectionOf(text, '2\\. 3_drop')).toContain('By the `down.sql` beside it');
  expect(sectionOf(text, 'Rollback plan')).toContain('only the backup brings back: `3_drop`');
  expect(sectionOf(text, '1\\. 2_more')).toContain('Values that it overwrites (line 4)');
});

test("the author's notes stand in the migration's section, and their headings do not end it", async () => {
  const section = sectionOf(await page(), '2\\. 3_drop');
  expect(section).toContain('**Names**\n\nNobody reads them since May.\n\n');
  expect(section).toContain('### Impact');
});

test('whom to tell, when, and what', async () => {
  const text = await page();
  expect(sectionOf(text, 'Communication plan')).toMatch(
    /On-Call DBA \(PagerDuty\), Support \(#help\) \| .*production in the maintenance window \(Tuesdays, 02:00 to 04:00 UTC\): 2 migrations, risk high\. Closed while every row is gone through: user\./,
  );
  expect(sectionOf(text, 'Plan for the deployment')).toContain('2 people approve it, none of whom asked for it');
});

test('nothing of a name becomes markup', async () => {
  const odd = { ...FILES, 'prisma/migrations/4_<b>|x/migration.sql': 'CREATE TABLE "a`b|c" ("id" INT);' };
  const text = await page(odd);
  expect(text).toContain('4\\_&lt;b&gt;\\|x');
  expect(text.split('\n').filter((line) => line.startsWith('| 3 |'))).toEqual([
    expect.stringMatching(/^(\| ([^|\\]|\\.)* ){8}\|$/) as string,
  ]);
});

test('nothing pending is a page too', async () => {
  const none = { ...FILES, 'prisma/migrations/2_more/migration.sql': 'SELECT 1;' };
  expect(await page(none)).toContain('### Impact\n\nNobody who uses the database notices it');
});

describe('kept in a file', () => {
  const ran = (cwd: string, ...more: string[]): Promise<Ran> =>
    lockkeeper([...ARGV, '--out', 'PENDING.md', ...more], { cwd });

  test('it is written, checked, found stale, and renewed by the command that is told', async () => {
    const cwd = project(FILES);
    expect((await ran(cwd, '--check')).code).toBe(1);
    expect(existsSync(join(cwd, 'PENDING.md'))).toBe(false);
    await ran(cwd);
    expect(await ran(cwd, '--check')).toEqual({ code: 0, stdout: '', stderr: '' });
    writeFileSync(join(cwd, 'prisma/migrations/3_drop/migration.sql'), 'DROP TABLE "user";');
    const { code, stderr } = await ran(cwd, '--check');
    const command = 'lockkeeper plan --offline --stakeholders --env production --from 2_more --out PENDING.md';
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `PENDING.md is not what the migrations say; renew it: ${command}\n`,
    });
    expect(readFileSync(join(cwd, 'PENDING.md'), 'utf8')).toContain(`\`\`\`bash\n${command}\n\`\`\``);
    await lockkeeper(command.split(' ').slice(1), { cwd });
    expect((await ran(cwd, '--check')).code).toBe(0);
  });

  test('--check without a file is refused', async () => {
    const { code, stderr } = await lockkeeper([...ARGV, '--check'], { cwd: project(FILES) });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--check goes with --out') as string });
  });
});
