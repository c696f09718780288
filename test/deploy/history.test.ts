/** What `_prisma_migrations` may hold that a deployment must not build upon; and names that real projects have. */
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli, type CliRun } from '../support/cli';
import { testDatabase, type TestDatabase } from '../support/database';
import { testProject, type TestProject } from '../support/project';
import { testRole, type TestRole } from '../support/role';
import { witness } from '../support/untouched';

/** Folder names as people make them: copies, quotes, signs that shells, SQL and Markdown give a meaning to. */
const NAMES = [
  '20240101000000_init',
  `20240102000000 it's a "user" copy`,
  '20240103000000_50%_$HOME_`x`_a@b_[c](d)_*e*_é',
  '20240104000000_-- ; DROP',
];

let database: TestDatabase;
let role: TestRole;
let project: TestProject;
let migrations: string;

beforeAll(async () => {
  migrations = mkdtempSync(join(tmpdir(), 'lockkeeper migrations '));
  writeFileSync(join(migrations, 'schema.prisma'), 'datasource db {\n  provider = "postgresql"\n}\n');
  for (const [index, name] of NAMES.entries()) migration(name, `CREATE TABLE t${index} (id int);\n`);
  role = await testRole('CREATEDB');
  database = await testDatabase();
  await database.client.query(`ALTER DATABASE ${database.name} OWNER TO ${role.name}`);
  project = await testProject({ url: role.url(database.name), migrations, schema: join(migrations, 'schema.prisma') });
  await project.startWorker();
});
afterAll(async () => {
  await project.close();
  await database.drop();
  await role.drop();
  rmSync(migrations, { recursive: true });
});

const lockkeeper = (...argv: string[]): Promise<CliRun> => runCli(argv, { cwd: project.root, env: project.env });

async function refused(argv: string[], says: RegExp, exit = 1): Promise<void> {
  const before = await witness(database.name, role.name, project.root);
  const { code, stdout, stderr } = await lockkeeper(...argv);
  expect(stderr + stdout).toMatch(says);
  expect(code).toBe(exit);
  await before.confirm();
}

describe('names with blanks, quotes and signs', () => {
  test('are deployed as any other', async () => {
    const { code, stdout, stderr } = await lockkeeper('deploy');
    expect({ code, stderr: code === 0 ? '' : stderr + stdout }).toEqual({ code: 0, stderr: '' });
    const { rows } = await database.client.query<{ name: string }>(
      `SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND logs IS NULL ORDER BY started_at`,
    );
    expect(rows.map(({ name }) => name)).toEqual(NAMES);
    expect((await lockkeeper('status')).stdout).toContain(NAMES[1]);
    expect((await lockkeeper('deploy')).stdout).toContain('4 migrations applied, none pending');
  });

  test('are undone as any other, and deployed again', async () => {
    migration(
      `20240105000000 o'clock "before" a@b`,
      'CREATE TABLE t4 (id int);\nALTER TABLE t0 ADD COLUMN n int NOT NULL DEFAULT 1;\n',
    );
    expect((await lockkeeper('deploy')).code).toBe(0);
    const undone = await lockkeeper('rollback', '--yes');
    expect({ code: undone.code, said: undone.code === 0 ? '' : undone.stdout + undone.stderr }).toEqual({
      code: 0,
      said: '',
    });
    expect(await relations()).not.toContain('t4');
    expect((await lockkeeper('deploy')).code).toBe(0);
    expect(await relations()).toContain('t4');
  });
});

describe('the history', () => {
  test('has a migration that was edited since', async () => {
    appendFileSync(join(migrations, NAMES[1]!, 'migration.sql'), '-- harmless\n');
    const says =
      /Migration 20240102000000 it's a "user" copy was edited after it was applied; restore the file as it was and put the change into a new migration\./;
    await refused(['plan'], says);
    await refused(['migrate', 'status'], /Edited after they were applied/);
    await refused(['deploy'], /was edited after it was\s+│?\n?.*applied|edited after it was applied/);
    writeFileSync(join(migrations, NAMES[1]!, 'migration.sql'), 'CREATE TABLE t1 (id int);\n');
    expect((await lockkeeper('plan')).code).toBe(0);
  });

  test('has a migration that is missing on disk', async () => {
    renameSync(join(migrations, NAMES[2]!), join(project.root, 'away'));
    try {
      const says =
        /The database has migration 20240103000000.*, which the project has not; restore its folder from version control\./;
      await refused(['plan'], says);
      await refused(['migrate', 'status'], /Applied, but not in the project/);
      await refused(['deploy', '--json'], /"type": "History"/);
    } finally {
      renameSync(join(project.root, 'away'), join(migrations, NAMES[2]!));
    }
  });

  test('has a failed migration, and a person settles it', async () => {
    const name = `20240106000000 o'hara`;
    migration(name, 'CREATE TABLE t6 (id int);\n');
    const id = '11111111-1111-1111-1111-111111111111';
    await database.client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, applied_steps_count) VALUES ($1, 'x', $2, now(), 0)`,
      [id, name],
    );
    const says =
      /Migration 20240106000000 o'hara is recorded as failed in _prisma_migrations: it is one transaction, and 0 of the 1 objects that it creates are there; nothing of it is left; record that, .*: lockkeeper migrate resolve --rolled-back '20240106000000 o'\\''hara'\./;
    await refused(['plan'], says);
    await refused(['migrate', 'status'], /Failed/);
    expect(await lockkeeper('migrate', 'resolve', '--json')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/"is": "rolled-back"/) as string,
    });
    await refused(['deploy', '--json'], /"type": "History"/);
    await refused(
      ['migrate', 'resolve', '--rolled-back', name, '--no-input'],
      /Nobody can be asked here to confirm; add --yes/,
      2,
    );
    await refused(['migrate', 'resolve', '--rolled-back', 'no such', '--yes'], /no such.*\.\n/);

    expect(await lockkeeper('migrate', 'resolve', '--rolled-back', name, '--yes')).toMatchObject({ code: 0 });
    expect(await lockkeeper('plan')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 migration pending') as string,
    });
    expect(await lockkeeper('deploy')).toMatchObject({ code: 0 });
    const { rows } = await database.client.query(
      'SELECT finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS back FROM _prisma_migrations WHERE migration_name = $1 ORDER BY started_at',
      [name],
    );
    expect(rows).toEqual([
      { finished: false, back: true },
      { finished: true, back: false },
    ]);
  });

  test('has a failed migration that was applied by hand', async () => {
    migration('20240107000000_hand', 'CREATE TABLE t7 (id int);\n');
    await database.client.query(`CREATE TABLE public.t7 (id int); GRANT SELECT ON public.t7 TO PUBLIC;
      INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, applied_steps_count) VALUES ('2', 'x', '20240107000000_hand', now(), 0)`);
    await refused(
      ['plan'],
      /everything that it creates is there \(1 object\); .*resolve --applied 20240107000000_hand\./,
    );
    expect(await lockkeeper('migrate', 'resolve', '--applied', '20240107000000_hand', '--yes')).toMatchObject({
      code: 0,
    });
    expect(await lockkeeper('deploy')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to deploy') as string,
    });
  });

  test('is not there, though the schema has tables: to be baselined first', async () => {
    const legacy = await testDatabase();
    try {
      await legacy.client.query(`ALTER DATABASE ${legacy.name} OWNER TO ${role.name}; CREATE TABLE t0 (id int)`);
      const env = { ...project.env, LOCKKEEPER_TARGET_URL: role.url(legacy.name) };
      const run = (...argv: string[]): Promise<CliRun> => runCli(argv, { cwd: project.root, env });
      const before = await witness(legacy.name, role.name, project.root);
      expect(await run('plan')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /Database test_\w+ has 1 table and no migration history \(P3005\); record what is already there with "lockkeeper migrate resolve --applied <migration>", oldest first\.\n/,
        ) as string,
      });
      await before.confirm();
      expect(await run('migrate', 'resolve', '--applied', NAMES[0]!, '--yes')).toMatchObject({ code: 0 });
      expect(await run('plan')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 applied') as string });
    } finally {
      await legacy.drop();
    }
  });
});

function migration(name: string, sql: string): void {
  mkdirSync(join(migrations, name), { recursive: true });
  writeFileSync(join(migrations, name, 'migration.sql'), sql);
}

async function relations(): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
  );
  return rows.map(({ name }) => name);
}
