/** What PostgreSQL and others who use it do to a deployment (FAULTS 12 to 16, 18, 27). */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { AlreadyRunningError } from '../../../src/client';
import type { Fault } from '../harness/faults';
import { CONCURRENTLY, SLOW } from '../harness/files';
import { fill, withTinyDisk } from '../harness/tiny-disk';
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

  'a long reader is in the way': {
    files: { '02_column': 'ALTER TABLE account ADD COLUMN note text;' },
    environment: { lockBudget: '5s' },
    ends: 'old',
    async inject(trial) {
      const report = await somebody(trial, ...LOOKING);
      // The bound is 100 ms; ten times of it leaves room for a busy machine.
      const reader = await somebody(trial, `SET lock_timeout = '1s'`);
      await undisturbed(trial);
      await trial.meanwhile('the deployment ends', async () => {
        await reader.query('SELECT count(*) FROM account');
        return trial.hasEnded();
      });
      await Promise.all([report.end(), reader.end()]);
    },
    async also(_trial, summary) {
      expect(summary).toMatch(/no lock within the budget .* In the way: .*a report/);
    },
  },
  'a replication slot keeps more WAL than it may': {
    environment: { replication: { maxSlotWal: '1MB' } },
    ends: 'new',
    async inject(trial) {
      const follower = await somebody(trial, `SELECT pg_create_physical_replication_slot('follower', true)`);
      await follower.query('CREATE TABLE filler AS SELECT repeat(md5(n::text), 50) FROM generate_series(1, 4000) AS n');
      await follower.query('DROP TABLE filler');
      await undisturbed(trial);
      await trial.meanwhile('the deployment rests and says why', async () =>
        /^"paused: .*follower/.test(JSON.stringify((await trial.status())?.progress)),
      );
      expect(await trial.query("SELECT FROM lockkeeper.marker WHERE script LIKE 'migration/02%'")).toEqual([]);
      // What follows catches up, and keeps up with what others write on this server. Nobody but its owner touches the slot.
      const ended = trial.outcome();
      for (let over = false; !over;) {
        await follower.query(`SELECT pg_replication_slot_advance('follower', pg_current_wal_lsn())`);
        over = await Promise.race([ended.then(() => true), sleep(200).then(() => false)]);
      }
      expect((await follower.query('SELECT FROM pg_replication_slots')).rowCount).toBe(1);
      await follower.query(`SELECT pg_drop_replication_slot('follower')`);
      await follower.end();
    },
  },
  'the disk is full while a table is filled': {
    files: {
      '02_table': 'CREATE TABLE entry (id int);',
      '03_full': `CREATE TABLE big TABLESPACE tiny AS SELECT repeat(md5(n::text), 50) AS text FROM generate_series(1, 20000) AS n WHERE EXISTS (SELECT FROM account);`,
    },
    ends: 'old',
    async inject(trial) {
      const folder = join(tmpdir(), `lockkeeper-tiny-${trial.database}`);
      await withTinyDisk(folder, 'postgres', async () => {
        await trial.query(`CREATE TABLESPACE tiny LOCATION '${folder}'`);
        await undisturbed(trial);
        await trial.outcome();
        await trial.query('DROP TABLESPACE tiny');
      });
    },
    async also(_trial, summary) {
      expect(summary).toMatch(/03_full, line 1: .*SQLSTATE 53100/);
    },
  },
  'the disk is full while the backup is written': {
    ends: 'old',
    inject(trial) {
      const folder = join(trial.project.root, 'backups');
      return withTinyDisk(folder, 'root', async () => {
        await undisturbed(trial);
        const at = await trial.reaches({ sql: /^COPY .*account/, when: 'before' });
        await fill(folder);
        at.goOn();
        await trial.outcome();
        expect(readdirSync(folder)).toEqual(['filler']);
      });
    },
    async also(_trial, summary) {
      expect(summary).toMatch(/No space left on device.* Nothing was migrated\.$/);
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
