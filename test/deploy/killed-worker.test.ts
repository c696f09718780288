/** kill -9 of the worker in mid-deployment: started again, it ends as if nothing had happened. */
import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { spawnWorker } from '../support/processes';
import { testProject, type TestProject } from '../support/project';
import { until } from '../support/until';

const MAYA = { id: 'cli:maya', name: 'maya' };
/** Long enough to be seen; the kill follows the sight of it, not a clock. */
const SLOW = `CREATE TABLE before_the_kill (id int);\nSELECT pg_sleep(3);\nCREATE TABLE after_the_kill (id int);\n`;

let database: TestDatabase;
let project: TestProject;

beforeEach(async () => {
  database = await testDatabase();
  const files = writeMigrations({
    '01_first': 'CREATE TABLE first (id int);',
    '02_slow': SLOW,
    '03_last': 'CREATE TABLE last (id int);',
  });
  project = await testProject({ ...files, url: database.url, environment: { rehearsal: 'off' } });
});

afterEach(async () => {
  await project.close();
  await database.drop();
});

/** The deployment's session that runs a query like this; undefined while there is none. */
async function running(query: string): Promise<number | undefined> {
  const { rows } = await database.client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper/%' AND state = 'active' AND query LIKE $1`,
    [query],
  );
  return rows[0]?.pid;
}

async function expectDeployedOnce(): Promise<void> {
  const { rows: history } = await database.client.query(
    `SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`,
  );
  expect(history).toEqual([{ name: '01_first' }, { name: '02_slow' }, { name: '03_last' }]);
  const { rows: tables } = await database.client.query(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  expect(tables.map(({ name }: { name: string }) => name)).toEqual([
    '_prisma_migrations',
    'after_the_kill',
    'before_the_kill',
    'first',
    'last',
  ]);
  const { rows: markers } = await database.client.query(
    `SELECT state, count(*)::int AS n FROM lockkeeper.marker GROUP BY 1`,
  );
  expect(markers).toEqual([{ state: 'committed', n: 3 }]);
  const { rows: sessions } = await database.client.query(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper/2%'`,
  );
  expect(sessions).toEqual([]);
}

it('killed in the middle of a statement', async () => {
  const first = spawnWorker(project);
  const ref = await project.client.start(project.environment, project.target, MAYA);
  await until('the slow statement runs', () => running('%pg_sleep%'));
  await first.kill('SIGKILL');
  const second = spawnWorker(project);
  expect(await project.client.result(ref)).toMatchObject({ status: 'deployed' });
  await second.kill('SIGTERM');
  await expectDeployedOnce();
});

it('killed between the commit and the history row that tells of it', async () => {
  const first = spawnWorker(project);
  const ref = await project.client.start(project.environment, project.target, MAYA);
  await until('the slow statement runs', () => running('%pg_sleep%'));
  // In a session of its own: pg_stat_activity stands still inside a transaction.
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query(`SELECT FROM _prisma_migrations WHERE migration_name = '02_slow' FOR UPDATE`);
  await until('the history row waits for its update', () => running('%UPDATE%_prisma_migrations%'));
  await first.kill('SIGKILL');
  // Let go sooner, and the session that the killed worker left would finish its update.
  await until('the session notices', async () => !(await running('%UPDATE%_prisma_migrations%')));
  await holder.end();
  const { rows } = await database.client.query(
    `SELECT finished_at FROM _prisma_migrations WHERE migration_name = '02_slow'`,
  );
  expect(rows).toEqual([{ finished_at: null }]);
  const second = spawnWorker(project);
  expect(await project.client.result(ref)).toMatchObject({ status: 'deployed' });
  await second.kill('SIGTERM');
  await expectDeployedOnce();
});

it('one of two workers killed: the other goes on', async () => {
  const workers = [spawnWorker(project), spawnWorker(project)];
  const ref = await project.client.start(project.environment, project.target, MAYA);
  await until('the slow statement runs', () => running('%pg_sleep%'));
  // Whichever runs it: both are killed in turn, the first again alive meanwhile.
  await workers[0]?.kill('SIGKILL');
  workers.push(spawnWorker(project));
  await workers[1]?.kill('SIGKILL');
  expect(await project.client.result(ref)).toMatchObject({ status: 'deployed' });
  await workers[2]?.kill('SIGTERM');
  await expectDeployedOnce();
});
