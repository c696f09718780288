/**
 * Deaths at random, many in one deployment: the end is that of an uninterrupted run. LOCKKEEPER_FAULTS_SEED repeats or varies
 * a run.
 */
import { join } from 'node:path';
import { readMigrations } from '../../src/adapters/migration-files';
import { FILES } from './harness/files';
import { FaultTests, type Fault } from './harness/faults';
import { dieAtRandom, type Random } from './harness/random';
import type { Files } from './harness/trial';

const SEED = Number(process.env['LOCKKEEPER_FAULTS_SEED'] ?? 1);

const BROXIVA = Object.fromEntries(
  readMigrations(join(__dirname, '..', '..', 'prisma', 'migrations')).map(({ name, sql }) => [name, sql]),
);

/** Each of them outside any transaction. */
const INDEXES: Files = Object.fromEntries(
  Array.from({ length: 170 }, (_, n) => [
    `${1000 + n}_index`,
    `CREATE INDEX CONCURRENTLY account_balance_${n} ON account ((balance + ${n}));`,
  ]),
);

function random(title: string, files: Files, each: Omit<Random, 'seed'>, run = 0): [string, Fault] {
  const seed = SEED * 1000 + run;
  return [
    `${title}, seed ${seed}`,
    {
      files,
      ends: 'new',
      async inject(trial) {
        const { killed, stopped } = await dieAtRandom(trial, { seed, ...each });
        process.stdout.write(`random: ${title}: ${killed} workers killed, ${stopped} stopped and woken\n`);
      },
    },
  ];
}

new FaultTests().concurrently(
  Object.fromEntries([
    random('170 files outside transactions', INDEXES, { apart: 300, deaths: 10 }),
    random('the migrations of Broxiva', BROXIVA, { apart: 300, deaths: 5 }),
    ...Array.from({ length: 5 }, (_, run) => random('migrations of every kind', FILES, { apart: 120, deaths: 6 }, run)),
  ]),
);
