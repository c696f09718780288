/** What a network does to a worker (FAULTS 28 and 29), and a host that is not the one it should be (25, 30). */
import { Client } from 'pg';
import type { Fault } from '../harness/faults';
import { Relay } from '../harness/relay';
import type { WirePoint } from '../harness/wire';
import { COMMITTING, undisturbed, WAITING } from './points';

function cutAt(point: WirePoint): Fault {
  return {
    ends: 'new',
    async inject(trial) {
      await undisturbed(trial);
      (await trial.reaches(point)).cut();
    },
  };
}

export const NETWORK: Record<string, Fault> = {
  'the connection breaks when COMMIT was done and nobody told': cutAt({ sql: COMMITTING, when: 'after' }),
  'the connection breaks before COMMIT arrives': cutAt({ sql: COMMITTING, when: 'before' }),
  'the connection breaks while an index is built': cutAt({ sql: /CREATE INDEX CONCURRENTLY/, when: 'after' }),
  'the connection breaks while history is told': cutAt({ sql: /UPDATE.*_prisma_migrations/s, when: 'after' }),

  'a worker is cut off from Temporal in a statement': {
    ends: 'new',
    async inject(trial) {
      const relay = await Relay.listen(trial.rig.temporalPort);
      const holder = new Client({ connectionString: trial.url });
      await holder.connect();
      await holder.query('BEGIN; SELECT FROM account WHERE id = 1 FOR UPDATE');
      try {
        trial.worker(undefined, { TEMPORAL_ADDRESS: `127.0.0.1:${relay.port}` });
        await trial.start();
        const first = await trial.running(WAITING);
        relay.swallow();
        trial.worker();
        await trial.meanwhile('another attempt runs it', async () => {
          const now = await trial.isRunning(WAITING);
          return now && now.application !== first.application;
        });
        // The one before was ended first: never two at once.
        expect(await trial.query(`SELECT FROM pg_stat_activity WHERE pid = ${first.pid}`)).toEqual([]);
        await holder.query('COMMIT');
        await trial.outcome();
        relay.heal();
      } finally {
        await holder.end();
        await relay.close();
      }
    },
  },
};
