/** Ways to bring a deployment to a named point, shared by the tables. */
import { diesWriting, type WorkerFault, type WorkerProcess, type WritePoint } from '../../support/processes';
import { until } from '../../support/until';
import type { Fault } from '../harness/faults';
import type { Trial } from '../harness/trial';
import type { WirePoint } from '../harness/wire';

/** As `pg_stat_activity` shows the slow statement of `SLOW`. */
export const SLEEPING = '%pg_sleep%';

/** The first statement of `FILES` that waits for somebody who has locked a row. */
export const WAITING = '%UPDATE account SET balance = balance + 1%';

/** The last message of the first segment of `FILES`, whose transaction others have begun. */
export const COMMITTING = /^UPDATE account SET balance = balance \+ 1[;\s]*COMMIT$/;

/** A worker dies on its way into an activity or out of it; another takes over. */
export function killed(when: WorkerFault['when'], activity: string, call = 1): Fault {
  return takenOver((trial) => trial.worker({ when, activity, call, signal: 'SIGKILL' }));
}

/** A worker dies right before it changes a file of its backup; another takes over. */
export function killedWriting(point: WritePoint): Fault {
  return takenOver((trial) => trial.worker(undefined, diesWriting(point)));
}

function takenOver(doomed: (trial: Trial) => WorkerProcess): Fault {
  return {
    ends: 'new',
    async inject(trial) {
      await trial.start();
      await dies(trial, doomed(trial));
      trial.worker();
    },
  };
}

/** A worker dies while its conversation with the database stands at a point. */
export function killedAt(point: WirePoint): Fault {
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

/** What the worker's conversation with PostgreSQL is about when the server's machine dies. */
export function postgresDiesAt(point: WirePoint): Fault {
  return {
    ends: 'new',
    async inject(trial) {
      await undisturbed(trial);
      const at = await trial.reaches(point);
      await trial.rig.killPostgres();
      at.cut();
      await trial.rig.restartPostgres();
    },
  };
}

/** A worker is killed while a statement of its runs; another takes over. */
export function killedWhile(statement: string): Fault {
  return {
    ends: 'new',
    async inject(trial) {
      const first = trial.worker();
      await trial.start();
      await trial.running(statement);
      await first.kill('SIGKILL');
      trial.worker();
    },
  };
}

export function dies(trial: Trial, worker: WorkerProcess): Promise<boolean> {
  return trial.meanwhile('the worker dies', async () => !worker.running());
}

export function stops(trial: Trial, worker: WorkerProcess): Promise<boolean> {
  return trial.meanwhile('the worker stops', async () => worker.stopped());
}

/** Lets a stopped worker go on, and waits until it has done what it can. */
export async function wake(worker: WorkerProcess): Promise<void> {
  worker.child.kill('SIGCONT');
  await until('the stopped worker comes to rest', () => worker.log().includes('came to rest'));
}

/** A worker and nothing that goes wrong but what the migrations bring with them. */
export async function undisturbed(trial: Trial): Promise<void> {
  trial.worker();
  await trial.start();
}
