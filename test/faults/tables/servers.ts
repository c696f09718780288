/** kill -9 of PostgreSQL (FAULTS 23, 46) and of Temporal (24): the same deployment goes on when they are back. */
import type { Fault } from '../harness/faults';
import { SLOW } from '../harness/files';
import type { Trial } from '../harness/trial';
import type { WirePoint } from '../harness/wire';
import { ONLINE_SERVER } from './online';
import { COMMITTING, postgresDiesAt, SLEEPING, undisturbed } from './points';
import { SWAP_SERVER } from './swap';

async function postgresDies({ rig }: Trial): Promise<void> {
  await rig.killPostgres();
  await rig.restartPostgres();
}

async function temporalDies({ rig }: Trial): Promise<void> {
  await rig.killTemporal();
  await rig.restartTemporal();
}

function temporalDiesAt(point: WirePoint): Fault {
  return {
    ends: 'new',
    async inject(trial) {
      await undisturbed(trial);
      const at = await trial.reaches(point);
      await temporalDies(trial);
      at.goOn();
    },
  };
}

/** @param phase as Temporal's search attribute shows it. */
function temporalDiesIn(phase: string): Fault {
  return {
    ends: 'new',
    async inject(trial) {
      await undisturbed(trial);
      await trial.meanwhile(`phase ${phase}`, async () => (await trial.phase()) === phase);
      await temporalDies(trial);
    },
  };
}

const SETTLING = /SET LOCAL synchronous_commit = on/;

export const SERVERS: Record<string, Fault> = {
  ...ONLINE_SERVER,
  ...SWAP_SERVER,
  'PostgreSQL dies before COMMIT': postgresDiesAt({ sql: COMMITTING, when: 'before' }),
  'PostgreSQL dies after COMMIT': postgresDiesAt({ sql: COMMITTING, when: 'after' }),
  'PostgreSQL dies before a step is made durable': postgresDiesAt({ sql: SETTLING, nth: 2, when: 'before' }),
  'PostgreSQL dies when a step has been made durable': postgresDiesAt({ sql: SETTLING, nth: 2, when: 'after' }),
  'PostgreSQL dies before an index is built': postgresDiesAt({ sql: /CREATE INDEX CONCURRENTLY/, when: 'before' }),
  'PostgreSQL dies when an index was built': postgresDiesAt({ sql: /CREATE INDEX CONCURRENTLY/, when: 'after' }),
  'PostgreSQL dies in a statement': {
    files: SLOW,
    ends: 'new',
    async inject(trial) {
      await undisturbed(trial);
      await trial.running(SLEEPING);
      await postgresDies(trial);
    },
  },
  'PostgreSQL dies while it is dumped': postgresDiesAt({ sql: /^COPY .*account/, when: 'before' }),
  'PostgreSQL dies while its schema is read': postgresDiesAt({ sql: /LEFT JOIN pg_depend d/, nth: 3, when: 'before' }),
  'PostgreSQL dies while a backup is restored': {
    ...postgresDiesAt({ sql: /^COPY .*account.* FROM stdin/, when: 'before' }),
    environment: { rehearsal: 'full' },
  },
  'PostgreSQL dies while a reversal is proven': {
    ...postgresDiesAt({ sql: /DROP VIEW rich/, when: 'before' }),
    environment: { rehearsal: 'full' },
    async also(trial) {
      expect(trial.report().rehearsal?.reversals.map(({ proven }) => proven)).toEqual([true, true, true]);
    },
  },
  'PostgreSQL dies when the deployment is verified': postgresDiesAt({ sql: /AS relations, count/, when: 'before' }),
  'PostgreSQL dies in the rehearsal': {
    ...postgresDiesAt({ sql: /CREATE VIEW rich/, when: 'before' }),
    environment: { rehearsal: 'full' },
  },

  'Temporal dies while the database is dumped': temporalDiesAt({ sql: /^COPY .*account/, when: 'before' }),
  'Temporal dies while people are asked': temporalDiesIn('approve'),
  'Temporal dies before COMMIT': temporalDiesAt({ sql: COMMITTING, when: 'before' }),
  'Temporal dies after COMMIT': temporalDiesAt({ sql: COMMITTING, when: 'after' }),
  'Temporal dies while an index is built': temporalDiesAt({ sql: /CREATE INDEX CONCURRENTLY/, when: 'after' }),
  'Temporal dies while the deployment is watched': temporalDiesIn('monitor'),
};
