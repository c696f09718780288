/** The measure of all: the files as they are, one after the other in one session, with no bookkeeping at all. */
import { migrationFile } from '../workloads';
import type { Contestant } from './contestant';
import { timedProcess } from './timed-process';

const FLAGS = ['--no-psqlrc', '-q', '-v', 'ON_ERROR_STOP=1'];

export const psql: Contestant = {
  name: 'psql -f',
  prepare: (server, workload) => {
    const files = workload.pending.flatMap((folder) => ['-f', migrationFile(workload, folder)]);
    return Promise.resolve((url) => timedProcess(server.program('psql'), [...FLAGS, ...files, url]));
  },
};

/** The same with Lockkeeper's own setting: what of a difference is bookkeeping, and what is not waiting for the disk. */
export const psqlAsync: Contestant = {
  name: 'psql -f, synchronous_commit=off',
  prepare: async (server, workload) => {
    const files = workload.pending.flatMap((folder) => ['-f', migrationFile(workload, folder)]);
    return (url) =>
      timedProcess(server.program('psql'), [...FLAGS, ...files, url], { PGOPTIONS: '-c synchronous_commit=off' });
  },
};
