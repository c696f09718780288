/** `scripts/run-migrations.sh` as a person calls it, on a project of its own. */
import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onServer, testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations, type MigrationsFolder } from '../support/migrations';
import { testProject, type TestProject } from '../support/project';
import { spawnCli } from '../support/cli';

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'run-migrations.sh');

let folder: MigrationsFolder;
let database: TestDatabase;
let project: TestProject;

beforeEach(async () => {
  folder = writeMigrations({ '1_init': 'CREATE TABLE orders (id int PRIMARY KEY);\n' });
  appendFileSync(folder.schema, 'model orders {\n  id Int @id\n}\n');
  database = await testDatabase();
});
afterEach(async () => {
  await project.close();
  await database.drop();
  rmSync(dirname(folder.schema), { recursive: true });
});

function arrange(name: string): Promise<TestProject> {
  return testProject({ name, url: database.url, ...folder, environment: { rehearsal: 'schema-only' } });
}

function runScript(...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...project.env, LOCKKEEPER_CONFIG: join(project.root, 'lockkeeper.yaml') };
  return new Promise((resolve) => {
    const child = execFile(SCRIPT, args, { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

function logOf(): string {
  const logs = join(project.root, 'logs');
  const [name = '', ...others] = readdirSync(logs);
  expect(others).toEqual([]);
  return readFileSync(join(logs, name), 'utf8');
}

async function tables(): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

test('prod deploys once it is confirmed, and says how to go back', async () => {
  project = await arrange('production');
  await project.startWorker();

  expect(await runScript('prod')).toEqual({
    code: 2,
    output: 'run-migrations.sh: nobody can be asked here to confirm; add --yes.\n',
  });
  expect(existsSync(join(project.root, 'logs'))).toBe(false);
  expect(await tables()).toEqual([]);

  const { code, output } = await runScript('prod', '--yes');
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  expect(await tables()).toEqual(['_prisma_migrations', 'orders']);
  expect(output).toMatch(/the latest until then: none\n/);
  const [, file = ''] = /^Backup: (.*) \(/m.exec(output) ?? [];
  expect({ file, exists: existsSync(file) }).toMatchObject({ exists: true });
  expect(logOf()).toContain('Ended with exit code 0.');

  const restored = `${database.name}_restored`;
  const restore = [...commandOf(output, 'backup restore'), '--database', restored];
  expect(await spawnCli(restore, { cwd: project.root, env: project.env })).toMatchObject({ code: 0 });
  await onServer(`DROP DATABASE ${restored}`);
  const undo = commandOf(output, 'rollback');
  expect(await spawnCli([...undo, '--yes'], { cwd: project.root, env: project.env })).toMatchObject({ code: 0 });
  expect(await tables()).toEqual(['_prisma_migrations']);
});

/** As it is printed, on a line of its own. */
function commandOf(output: string, command: string): string[] {
  const [, argv = ''] = new RegExp(`^ +lockkeeper (${command} .*)$`, 'm').exec(output) ?? [];
  return argv.split(' ');
}

test('dev applies at once, without a worker and without a backup', async () => {
  project = await arrange('development');
  const { code, output } = await runScript('dev');
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  expect(await tables()).toContain('orders');
  expect(existsSync(join(project.root, 'backups'))).toBe(false);
  expect(logOf()).toContain('1_init');
});

test.each([[[]], [['moon']], [['dev', 'now']], [['staging', '--yes', 'now']]])(
  'arguments %j are answered with the usage, and nothing is done',
  async (args) => {
    project = await arrange('staging');
    expect(await runScript(...args)).toMatchObject({ code: 2, output: expect.stringMatching(/^Usage: /) as string });
    expect(readdirSync(project.root)).toEqual(['lockkeeper.yaml']);
  },
);
