/** kill -9 after one event of a deployment's history after the other: each point a deployment of its own. */
import type { DeploymentStatus } from '../../../src/contract';
import { FILES } from './files';
import type { Fault, FaultTests } from './faults';
import type { Trial } from './trial';

export interface Sweep {
  /** What is killed, and comes back, when the event is seen; `worker` is told which one runs. */
  kill: (trial: Trial) => Promise<void>;
  /** Deployments at once. One, where what is killed is shared. */
  atOnce: number;
  /** Which events are points, of a history of so many. */
  points: (events: number) => number[];
  mayEndOld?: Fault['mayEndOld'];
  /** Gets one line a point, at once: a whole sweep takes hours. */
  tell?: (line: string) => void;
}

export interface Swept {
  hit: number;
  held: number;
  /** One line a point that did not hold. */
  broken: string[];
}

/** As every deployment would have it: with a backup, proven reversals and an approval. */
const ENVIRONMENT = { rehearsal: 'schema-only' };

export async function sweep(tests: FaultTests, { atOnce, points, tell, ...each }: Sweep): Promise<Swept> {
  const waiting = points(await eventsOfUninterrupted(tests));
  const swept: Swept = { hit: 0, held: 0, broken: [] };
  const work = async (): Promise<void> => {
    for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) {
      swept.hit++;
      const problem = await broken(tests, point, each);
      if (problem === null) swept.held++;
      else swept.broken.push(`after event ${point}: ${problem}`);
      tell?.(`after event ${point}: ${problem ?? 'held'}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return swept;
}

async function eventsOfUninterrupted(tests: FaultTests): Promise<number> {
  let events = 0;
  await tests.survive({
    environment: ENVIRONMENT,
    ends: 'new',
    async inject(trial) {
      trial.worker();
      await trial.start();
      await trial.outcome();
      events = await trial.lastEvent();
    },
  });
  return events;
}

/** @returns why a deployment did not survive at this point; null when it did. */
async function broken(
  tests: FaultTests,
  point: number,
  { kill, mayEndOld = () => false }: Pick<Sweep, 'kill' | 'mayEndOld'>,
): Promise<string | null> {
  try {
    await tests.survive({
      files: FILES,
      environment: ENVIRONMENT,
      ends: 'new',
      mayEndOld,
      async inject(trial) {
        trial.worker();
        await trial.start();
        await trial.meanwhile(`event ${point}`, async () => (await trial.lastEvent()) >= point);
        await kill(trial);
      },
    });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const killWorker: Sweep['kill'] = async (trial) => {
  await trial.workers[0]?.kill('SIGKILL');
  trial.worker();
};

export const killPostgres: Sweep['kill'] = async ({ rig }) => {
  await rig.killPostgres();
  await rig.restartPostgres();
};

export const killTemporal: Sweep['kill'] = async ({ rig }) => {
  await rig.killTemporal();
  await rig.restartTemporal();
};

/** The first look waits only seconds for a server that is away: nothing was begun. */
export function gaveUpInspecting({ outcome, phases }: DeploymentStatus): boolean {
  const failed = phases.filter(({ state }) => state === 'failed').map(({ phase }) => phase);
  return outcome?.failure?.type === 'TargetUnavailable' && failed.join() === 'inspect';
}
