/** kill -9 while a database is exchanged for its restored backup (FAULTS 46, 47): the application's name always leads somewhere. */
import type { WorkerFault, WorkerProcess } from '../../support/processes';
import { Caller } from '../harness/caller';
import type { Fault } from '../harness/faults';
import { FILES } from '../harness/files';
import type { Trial } from '../harness/trial';
import type { Reached, WirePoint } from '../harness/wire';
import { dies } from './points';

const WHICH = `SELECT CASE WHEN to_regclass('public.entry') IS NULL THEN 'undone' ELSE 'deployed' END AS answer`;
/** Who is connected is ended (57P01); who came in between has waited and is told that the name has just moved on. */
const MOVED = /^57P01|^3D000 It seems to have just been dropped or renamed|^Connection terminated/;
/** A server that is down or starts up. */
const AWAY = /^57P0[1-3]|^ECONN/;

/** Backs up and deploys, has others write, and undoes that with the backup while the fault is injected. */
function exchanging(
  inject: (trial: Trial, worker: WorkerProcess) => Promise<void>,
  { fault, serverDies = false }: { fault?: WorkerFault; serverDies?: boolean } = {},
): Fault {
  let written: Awaited<ReturnType<Trial['contents']>>;
  return {
    files: FILES,
    environment: { rehearsal: 'off' },
    ends: 'old',
    async inject(trial) {
      const deployer = trial.worker();
      await trial.start();
      expect(await trial.outcome()).toMatchObject({ status: 'deployed' });
      await deployer.kill('SIGTERM');
      await trial.query(`INSERT INTO entry (account, amount) SELECT n, n FROM generate_series(1, 7) AS n`);
      await trial.query(`INSERT INTO account VALUES (1001, 'since@example.org', 5, 'since')`);
      written = await trial.contents();
      const caller = new Caller(trial.url, WHICH);
      try {
        await trial.undo('restore');
        await inject(trial, trial.worker(fault));
        await trial.outcome();
      } finally {
        expectOneTurn(await caller.hangUp(), serverDies);
      }
    },
    async also(trial) {
      const kept = await trial.query<{ name: string }>(
        `SELECT datname AS name FROM pg_database WHERE starts_with(datname, current_database() || '_before_')`,
      );
      expect(kept).toHaveLength(1);
      expect(await trial.contents(kept[0]?.name)).toEqual(written);
    },
  };
}

/** The name led to the old database, then to the new one, and at no time to none. */
function expectOneTurn(answers: string[], serverDies: boolean): void {
  const turn = answers.indexOf('undone');
  expect(answers.slice(turn).filter((answer) => answer === 'deployed')).toEqual([]);
  const odd = answers.filter((answer) => !['deployed', 'undone'].includes(answer) && !MOVED.test(answer));
  expect(odd.filter((answer) => !serverDies || !AWAY.test(answer))).toEqual([]);
}

function killed(when: WorkerFault['when'], activity: string): Fault {
  const fault: WorkerFault = { when, activity, signal: 'SIGKILL' };
  return exchanging(
    async (trial, worker) => {
      await dies(trial, worker);
      trial.worker();
    },
    { fault },
  );
}

function killedAt(...points: WirePoint[]): Fault {
  return exchanging((trial, worker) => killAt(trial, worker, points));
}

async function killAt(trial: Trial, worker: WorkerProcess, points: WirePoint[]): Promise<void> {
  await reaches(trial, points);
  await worker.kill('SIGKILL');
  trial.worker();
}

function postgresDiesAt(...points: WirePoint[]): Fault {
  return exchanging(
    async (trial) => {
      const at = await reaches(trial, points);
      await trial.rig.killPostgres();
      at.cut();
      await trial.rig.restartPostgres();
    },
    { serverDies: true },
  );
}

/** One point after the other: what is asked often is told apart by what comes before it. */
async function reaches(trial: Trial, points: WirePoint[]): Promise<Reached> {
  const [first, ...others] = points;
  if (!first) throw new Error('No point to reach.');
  const at = await trial.reaches(first);
  if (others.length === 0) return at;
  const next = reaches(trial, others);
  at.goOn();
  return next;
}

const before = (sql: RegExp, nth = 1): WirePoint => ({ sql, nth, when: 'before' });
const after = (sql: RegExp, nth = 1): WirePoint => ({ sql, nth, when: 'after' });

const RESTORING = /^COPY public\.account .*FROM stdin/;
const COMPARING = /hash_record_extended/;
const CARRYING = /^COPY lockkeeper\.\w+ .*FROM stdin/;
const MARKING = /UPDATE lockkeeper\.reversal SET reversed_at/;
const DRESSING = /^ALTER DATABASE "lockkeeper_scratch_\w+_fresh" CONNECTION LIMIT/;
const READY = /^COMMENT ON DATABASE "lockkeeper_scratch_\w+_fresh"/;
const DESK = /^CREATE DATABASE "lockkeeper_scratch_\w+_desk"/;
const LOCKING = /^ALTER DATABASE "trial_\w+" RENAME TO/;
const NAMING = /^ALTER DATABASE "lockkeeper_scratch_\w+_fresh" RENAME TO/;
const KEEPING = /^COMMENT ON DATABASE "trial_\w+_before_/;
const CLOSING = /SET default_transaction_read_only = on/;
const COMMIT = /^COMMIT$/;
/** The first of its kind goes before the desk is made. */
const CLEARING = /^DROP DATABASE IF EXISTS "lockkeeper_scratch_\w+_desk"/;

export const SWAP: Record<string, Fault> = {
  'killed before the backup is restored': killed('before', 'prepareSwap'),
  'killed while the backup is restored': killedAt(before(RESTORING)),
  'killed while what was restored is compared': killedAt(before(COMPARING)),
  'killed while the ledger is carried over': killedAt(before(CARRYING)),
  'killed before the steps are marked as undone': killedAt(before(MARKING)),
  'killed before rights and settings are copied': killedAt(before(DRESSING)),
  'killed when rights and settings were copied': killedAt(after(DRESSING)),
  'killed before the restored database is said to be ready': killedAt(before(READY)),
  'killed when the restored database was said to be ready': killedAt(after(READY)),
  'killed with the restored database ready and nobody told': killed('after', 'prepareSwap'),

  'killed before the exchange': killed('before', 'swapDatabases'),
  'killed before there is a desk': killedAt(before(DESK)),
  'killed when there is a desk': killedAt(after(DESK)),
  'killed before the name is locked': killedAt(before(LOCKING)),
  'killed when the name is locked': killedAt(after(LOCKING)),
  'killed between the names': killedAt(before(NAMING)),
  'killed when both have their names': killedAt(after(NAMING)),
  'killed before the kept database is marked': killedAt(before(KEEPING)),
  'killed before COMMIT of the exchange': killedAt(after(CLOSING), before(COMMIT)),
  'killed after COMMIT of the exchange': killedAt(after(CLOSING), after(COMMIT)),
  'killed before the desk is cleared away': killedAt(before(CLEARING, 2)),
  'killed when the desk was cleared away': killedAt(after(CLEARING, 2)),
  'killed with the exchange done and nobody told': killed('after', 'swapDatabases'),
  'killed before what is left is dropped': killed('before', 'dropScratch'),
  'killed when what is left was dropped': killed('after', 'dropScratch'),

  'killed when the name is locked, and nobody tells the server': exchanging((trial, worker) => {
    trial.wire.keepsOrphans = true;
    return killAt(trial, worker, [after(LOCKING)]);
  }),
  'stopped when the name is locked, woken when another is done': exchanging(async (trial, worker) => {
    const at = await reaches(trial, [after(LOCKING)]);
    worker.child.kill('SIGSTOP');
    at.goOn();
    trial.worker();
    await trial.outcome();
    worker.child.kill('SIGCONT');
  }),
};

export const SWAP_SERVER: Record<string, Fault> = {
  'PostgreSQL dies while the backup is restored beside it': postgresDiesAt(before(RESTORING)),
  'PostgreSQL dies before the restored database is said to be ready': postgresDiesAt(before(READY)),
  'PostgreSQL dies when the name is locked': postgresDiesAt(after(LOCKING)),
  'PostgreSQL dies when both have their names': postgresDiesAt(after(NAMING)),
  'PostgreSQL dies before COMMIT of the exchange': postgresDiesAt(after(CLOSING), before(COMMIT)),
  'PostgreSQL dies after COMMIT of the exchange': postgresDiesAt(after(CLOSING), after(COMMIT)),
};
