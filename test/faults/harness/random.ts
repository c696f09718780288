/** Workers that are killed or stopped at random messages of their conversations with PostgreSQL; a seed repeats a run. */
import type { WorkerProcess } from '../../support/processes';
import type { Trial } from './trial';
import type { Reached } from './wire';

/** mulberry32: numbers from 0 to 1. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Random {
  seed: number;
  /** Messages between two deaths, at most. */
  apart: number;
  /** After so many, what is left goes on in peace. */
  deaths: number;
}

export interface Deaths {
  killed: number;
  /** And woken while another was at work. */
  stopped: number;
}

/** Starts the deployment and the workers; returns when the last of these is at work or the deployment has ended. */
export async function dieAtRandom(trial: Trial, { seed, apart, deaths }: Random): Promise<Deaths> {
  const random = randomOf(seed);
  const met: Deaths = { killed: 0, stopped: 0 };
  let zombie: { worker: WorkerProcess; at: Reached } | null = null;
  await trial.start();
  for (;;) {
    const worker = trial.worker();
    const at = await nextPoint(trial, 1 + Math.floor(random() * apart), random() < 0.5 ? 'before' : 'after');
    if (zombie) wake(zombie.worker, zombie.at);
    if (!at) return met;
    if (met.killed + met.stopped === deaths) {
      at.goOn();
      return met;
    }
    if (random() < 0.25) {
      worker.child.kill('SIGSTOP');
      zombie = { worker, at };
      met.stopped++;
    } else {
      await Promise.all(trial.workers.map((each) => each.kill('SIGKILL')));
      // It may be a pg_dump's, which outlives its worker and holds locks as long as it lives.
      at.goOn();
      zombie = null;
      met.killed++;
    }
  }
}

/** Null when the deployment ended before. */
async function nextPoint(trial: Trial, nth: number, when: 'before' | 'after'): Promise<Reached | null> {
  let reached: Reached | null = null;
  void trial.wire.at({ sql: /^/, nth, when }).then((at) => (reached = at));
  await trial.meanwhile('the next death, or the end', async () => reached !== null || trial.hasEnded());
  return reached;
}

function wake(worker: WorkerProcess, at: Reached): void {
  at.goOn();
  worker.child.kill('SIGCONT');
}
