/** The measure of all: the files as they are, one after the other in one session, with no bookkeeping at all. */
import { migrationFile } from '../workloads';
import type { BenchServer } from '../server';
import type { Contestant, TimedRun } from './contestant';
import { timedProcess } from './timed-process';

export const BY_HAND = 'psql -f, written by hand';

const FLAGS = ['--no-psqlrc', '-q', '-v', 'ON_ERROR_STOP=1'];

export const psql = psqlWith('psql -f', {});

/** With Lockkeeper's own setting: what of a difference is bookkeeping, and what is not waiting for the disk. */
export const psqlAsync = psqlWith('psql -f, synchronous_commit=off', { PGOPTIONS: '-c synchronous_commit=off' });

/** A script that somebody wrote for the purpose, in place of the workload's files. */
export function psqlByHand(script: string): Contestant {
  return {
    name: BY_HAND,
    prepare: (server) => Promise.resolve({ timed: runFiles(server, ['-f', script], {}) }),
  };
}

function psqlWith(name: string, env: NodeJS.ProcessEnv): Contestant {
  return {
    name,
    prepare: (server, workload) => {
      const files = workload.pending.flatMap((folder) => ['-f', migrationFile(workload, folder)]);
      return Promise.resolve({ timed: runFiles(server, files, env) });
    },
  };
}

function runFiles(server: BenchServer, files: string[], env: NodeJS.ProcessEnv): TimedRun {
  return (url) => timedProcess(server.program('psql'), [...FLAGS, ...files, url], env);
}
