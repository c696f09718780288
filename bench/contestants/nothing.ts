/** No migration at all: what the application sees of the machine itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from './contestant';

const DURATION_MS = 15_000;

export const nothing: Contestant = {
  name: 'no migration',
  prepare: () =>
    Promise.resolve({
      timed: async () => {
        await sleep(DURATION_MS);
        return DURATION_MS;
      },
    }),
};
