/** Workers that are killed or stopped (FAULTS 19 to 22): another goes on exactly where the database is. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../harness/faults';
import { ADDITIONS, SLOW } from '../harness/files';
import { buildsOf, makeCurrent } from './builds';
import { ONLINE_WORKER } from './online';
import { COMMITTING, dies, killed, killedAt, killedWhile, killedWriting, SLEEPING, stops, wake } from './points';

const OLD = { LOCKKEEPER_BUILD_ID: 'old' };
const NEW = { LOCKKEEPER_BUILD_ID: 'new' };

export const WORKER: Record<string, Fault> = {
  ...ONLINE_WORKER,

  'killed before it looks at anything': killed('before', 'inspect'),
  'killed before its backup has a name': killedWriting({ call: 'rename', path: '\\.dump$', nth: 1 }),
  'killed before its backup has a .meta': killedWriting({ call: 'rename', path: '\\.meta$', nth: 1 }),
  'killed before it tidies up behind its backup': killedWriting({ call: 'rm', path: '\\.partial$', nth: 1 }),
  'killed with a backup taken and nobody told': { ...killed('after', 'backup'), environment: { rehearsal: 'full' } },
  'killed with the rehearsal done and nobody told': {
    ...killed('after', 'rehearse'),
    environment: { rehearsal: 'full' },
  },
  'killed before the undo is registered': killed('before', 'registerUndo'),
  'killed before the second step': killed('before', 'applyStep', 2),
  'killed with the last step done and nobody told': killed('after', 'applyStep', 3),
  'killed before it reports': killed('before', 'writeReport'),
  'killed with the report written and nobody told': killed('after', 'writeReport'),

  'killed before a segment begins': killedAt({ sql: /ADD COLUMN note/, when: 'before' }),
  'killed before COMMIT': killedAt({ sql: COMMITTING, when: 'before' }),
  'killed after COMMIT and before its history row is finished': killedAt({ sql: COMMITTING, when: 'after' }),
  'killed in a statement': { ...killedWhile(SLEEPING), files: SLOW },
  'killed in a statement that nobody ends': {
    files: SLOW,
    ends: 'new',
    async inject(trial) {
      trial.wire.keepsOrphans = true;
      await killedWhile(SLEEPING).inject(trial);
    },
  },
  'killed before an index is built': killedAt({ sql: /CREATE INDEX CONCURRENTLY/, when: 'before' }),
  'killed when an index was built and nobody told': killedAt({ sql: /CREATE INDEX CONCURRENTLY/, when: 'after' }),

  'another host takes over, which has neither backup nor reversals': {
    files: ADDITIONS,
    ends: 'old',
    async inject(trial) {
      await trial.start();
      await dies(trial, trial.worker({ when: 'before', activity: 'registerUndo', signal: 'SIGKILL' }));
      for (const folder of ['backups', '.lockkeeper']) rmSync(join(trial.project.root, folder), { recursive: true });
      trial.worker();
    },
    async also(trial, summary) {
      expect(summary).toMatch(/not on this host/);
      expect(
        await trial.query(`SELECT FROM lockkeeper.marker WHERE deployment = '${trial.deployment.deploymentId}'`),
      ).toEqual([]);
    },
  },
  'a new release becomes current while a deployment is open': {
    files: SLOW,
    ends: 'new',
    async inject(trial) {
      const old = trial.worker(undefined, OLD);
      await makeCurrent(trial, OLD);
      await trial.start();
      await trial.running(SLEEPING);
      trial.worker(undefined, NEW);
      await makeCurrent(trial, NEW);
      await old.kill('SIGKILL');
      trial.worker(undefined, OLD);
    },
    async also(trial) {
      expect(await buildsOf(trial)).toEqual([OLD.LOCKKEEPER_BUILD_ID]);
    },
  },
  'the clock of the worker is an hour off': {
    ends: 'new',
    async inject(trial) {
      trial.worker(undefined, {
        NODE_OPTIONS: `--require ${join(__dirname, '..', '..', 'support', 'an-hour-ahead.cjs')}`,
      });
      await trial.start();
    },
    // A second, looked at every half of one.
    async also(trial) {
      expect(trial.report().monitor?.samples).toHaveLength(3);
    },
  },

  'one of two workers killed: the other goes on': {
    files: SLOW,
    ends: 'new',
    async inject(trial) {
      const workers = [trial.worker(), trial.worker()];
      await trial.start();
      await trial.running(SLEEPING);
      // Whichever of them runs it: one is killed now, the other when a third is there.
      await workers[0]?.kill('SIGKILL');
      trial.worker();
      await workers[1]?.kill('SIGKILL');
    },
  },

  'stopped in a statement, woken when another is done with it': {
    files: SLOW,
    ends: 'new',
    async inject(trial) {
      const first = trial.worker();
      await trial.start();
      await trial.running(SLEEPING);
      first.child.kill('SIGSTOP');
      trial.worker();
      await trial.outcome();
      first.child.kill('SIGCONT');
    },
  },
  'stopped before it owns the database, woken while another writes': {
    files: SLOW,
    ends: 'new',
    async inject(trial) {
      const zombie = trial.worker({ when: 'before', activity: 'applyStep', signal: 'SIGSTOP' });
      await trial.start();
      await stops(trial, zombie);
      trial.worker();
      const { application } = await trial.running(SLEEPING);
      await wake(zombie);
      expect((await trial.running(SLEEPING)).application).toBe(application);
    },
  },
  'stopped before it owns the database, woken when all is undone': {
    files: ADDITIONS,
    environment: { verify: { generate: false, checks: [{ name: 'never', sql: 'SELECT false' }] } },
    ends: 'old',
    async inject(trial) {
      const zombie = trial.worker({ when: 'before', activity: 'applyStep', signal: 'SIGSTOP' });
      await trial.start();
      await stops(trial, zombie);
      trial.worker();
      await trial.outcome();
      await wake(zombie);
    },
  },
};
