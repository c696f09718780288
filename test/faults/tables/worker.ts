/** Workers that are killed or stopped (FAULTS 19 to 22): another goes on exactly where the database is. */
import type { WorkerFault, WorkerProcess } from '../../support/processes';
import type { Fault } from '../harness/faults';
import { SLOW } from '../harness/files';
import type { Trial } from '../harness/trial';
import type { WirePoint } from '../harness/wire';

const SLEEPING = '%pg_sleep%';

/** A worker dies on its way into an activity or out of it; another takes over. */
function killed(when: WorkerFault['when'], activity: string, call = 1): Fault {
  return {
    ends: 'new',
    async inject(trial) {
      await trial.start();
      await dies(trial, trial.worker({ when, activity, call, signal: 'SIGKILL' }));
      trial.worker();
    },
  };
}

/** A worker dies while its conversation with the database stands at a point. */
function killedAt(point: WirePoint): Fault {
  return {
    ends: 'new',
    async inject(trial) {
      const first = trial.worker();
      await trial.start();
      await trial.reaches(point);
      await first.kill('SIGKILL');
      trial.worker();
    },
  };
}

/** A worker is killed while a statement of its runs; `then` comes before another takes over. */
function killedWhile(statement: string, files: Fault['files'], then: (trial: Trial) => void = () => undefined): Fault {
  return {
    ...(files ? { files } : {}),
    ends: 'new',
    async inject(trial) {
      const first = trial.worker();
      await trial.start();
      await trial.running(statement);
      then(trial);
      await first.kill('SIGKILL');
      trial.worker();
    },
  };
}

function dies(trial: Trial, worker: WorkerProcess): Promise<boolean> {
  return trial.meanwhile('the worker dies', async () => !worker.running());
}

export const WORKER: Record<string, Fault> = {
  'killed before it looks at anything': killed('before', 'inspect'),
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
  'killed before COMMIT': killedAt({ sql: /^COMMIT$/, nth: 2, when: 'before' }),
  'killed after COMMIT and before its history row is finished': killedAt({ sql: /^COMMIT$/, nth: 2, when: 'after' }),
  'killed in a statement': killedWhile(SLEEPING, SLOW),
  'killed in a statement that nobody ends': killedWhile(SLEEPING, SLOW, ({ wire }) => (wire.keepsOrphans = true)),
  'killed before an index is built': killedAt({ sql: /CREATE INDEX CONCURRENTLY/, when: 'before' }),
  'killed when an index was built and nobody told': killedAt({ sql: /CREATE INDEX CONCURRENTLY/, when: 'after' }),

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
      const first = trial.worker({ when: 'after', activity: 'none', signal: 'SIGSTOP' });
      await trial.start();
      await trial.running(SLEEPING);
      first.child.kill('SIGSTOP');
      trial.worker();
      await trial.outcome();
      first.child.kill('SIGCONT');
    },
  },
};
