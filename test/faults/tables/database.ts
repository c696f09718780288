/** What PostgreSQL and others who use it do to a deployment (FAULTS 12 to 16, 18, 27). */
import { Client } from 'pg';
import { AlreadyRunningError } from '../../../src/client';
import type { Fault } from '../harness/faults';
import { CONCURRENTLY, SLOW } from '../harness/files';
import type { Trial } from '../harness/trial';
import { SLEEPING, undisturbed, WAITING } from './points';

/** Fails only where there are rows, so not in a rehearsal of the schema alone. */
const TOO_RICH = `ALTER TABLE account ADD CONSTRAINT poor CHECK (balance < 100);`;

/** A session of somebody else. */
async function somebody(trial: Trial, ...statements: string[]): Promise<Client> {
  const client = new Client({ connectionString: trial.url, application_name: 'a report' });
  client.on('error', () => undefined);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  return client;
}

/** Holds a look at the table open, which a concurrent build waits for. */
const LOOKING = ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT count(*) FROM account'];

async function terminate(trial: Trial, like: string): Promise<void> {
  const { pid } = await trial.running(like);
  await trial.query(`SELECT pg_terminate_backend(${pid})`);
}

export const DATABASE: Record<string, Fault> = {
  'a statement fails after segments that are committed': {
    files: {
      '02_table': 'CREATE TABLE entry (id int);',
      '03_mixed': `ALTER TABLE account ADD COLUMN note text;
CREATE INDEX CONCURRENTLY account_email ON account (email);
CREATE TABLE beside (id int);
${TOO_RICH}
`,
    },
    ends: 'old',
    inject: undisturbed,
    async also(_trial, summary) {
      expect(summary).toMatch(/03_mixed, line 4: .*SQLSTATE 23514/);
    },
  },

  'a concurrent build is cancelled': {
    files: CONCURRENTLY,
    ends: 'old',
    async inject(trial) {
      const reader = await somebody(trial, ...LOOKING);
      await undisturbed(trial);
      const { pid } = await trial.running('%CREATE INDEX CONCURRENTLY%');
      await trial.query(`SELECT pg_cancel_backend(${pid})`);
      await trial.meanwhile('the build has ended', async () => !(await trial.isRunning('%CREATE INDEX CONCURRENTLY%')));
      await reader.end();
    },
  },
  'the worker is killed in a concurrent build': {
    files: CONCURRENTLY,
    ends: 'new',
    async inject(trial) {
      const reader = await somebody(trial, ...LOOKING);
      const first = trial.worker();
      await trial.start();
      await trial.running('%CREATE INDEX CONCURRENTLY%');
      await first.kill('SIGKILL');
      await trial.meanwhile('the build has ended', async () => !(await trial.isRunning('%CREATE INDEX CONCURRENTLY%')));
      expect(await trial.query('SELECT FROM pg_index WHERE NOT indisvalid')).toHaveLength(1);
      await reader.end();
      trial.worker();
    },
  },
  'the remains of an index are no index': {
    files: { '02_index': 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS account_balance ON account (balance);' },
    ends: 'new',
    async inject(trial) {
      const other = await somebody(trial, `UPDATE account SET balance = 1 WHERE id = 2`);
      await other.query('CREATE UNIQUE INDEX CONCURRENTLY account_balance ON account (balance)').catch(() => undefined);
      await other.query('UPDATE account SET balance = 2 WHERE id = 2');
      await other.end();
      expect(await trial.query('SELECT FROM pg_index WHERE NOT indisvalid')).toHaveLength(1);
      await undisturbed(trial);
    },
  },

  'the session is terminated in a statement': {
    files: SLOW,
    ends: 'new',
    async inject(trial) {
      await undisturbed(trial);
      await terminate(trial, SLEEPING);
    },
  },
  'the session is terminated in a concurrent build': {
    files: CONCURRENTLY,
    ends: 'new',
    async inject(trial) {
      const reader = await somebody(trial, ...LOOKING);
      await undisturbed(trial);
      await terminate(trial, '%CREATE INDEX CONCURRENTLY%');
      await reader.end();
    },
  },

  'somebody holds the lock of Prisma’s CLI': {
    ends: 'old',
    async inject(trial) {
      const holder = await somebody(trial, 'SELECT pg_advisory_lock(72707369)');
      await undisturbed(trial);
      const { summary } = await trial.outcome();
      const [{ pid } = { pid: 0 }] = (await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
      expect(summary).toContain(`Session ${pid} (a report, `);
      expect(await trial.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).toEqual([]);
      await holder.end();
    },
  },

  'a second deployment of the same target': {
    files: SLOW,
    ends: 'new',
    async inject(trial) {
      await undisturbed(trial);
      await trial.running(SLEEPING);
      const first = trial.deployment.deploymentId;
      const { client, environment, target } = trial.project;
      const refused = await client
        .start(environment, target, { id: 'cli:eva', name: 'eva' })
        .catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(AlreadyRunningError);
      expect(refused).toMatchObject({ deploymentId: first, message: expect.stringContaining(first) as string });
    },
  },
  'a second deployment of the same database by another name': {
    ends: 'new',
    async inject(trial) {
      const holder = await somebody(trial, 'BEGIN; SELECT FROM account WHERE id = 1 FOR UPDATE');
      await undisturbed(trial);
      const { application } = await trial.running(WAITING);
      const { client, environment, target } = await trial.another();
      const second = await client.start(environment, target, { id: 'cli:eva', name: 'eva' });
      const { status, failure, summary } = await client.result(second);
      expect({ status, type: failure?.type }).toEqual({ status: 'failed', type: 'AlreadyRunning' });
      expect(summary).toContain(`Deployment ${trial.deployment.deploymentId} of `);
      expect((await trial.isRunning(WAITING))?.application).toBe(application);
      await holder.end();
    },
  },
};
