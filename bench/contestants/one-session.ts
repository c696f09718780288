/** One session that runs the files: with no limit on its waits, as Prisma's CLI does, or with a short one and a loop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { migrationList, NO_FILTER, withEngine } from '../../src/adapters/prisma-engine';
import { DatabaseError, openSession, type Client } from '../../src/adapters/postgres';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { readMigrations } from '../../src/adapters/migration-files';
import { AS_WRITTEN, segmentsOf, type Segment } from '../../src/policy/segments';
import type { Workload } from '../workloads';
import type { Contestant } from './contestant';

const LOCK_TIMEOUT_MS = 500;
const PAUSE_MS = 500;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Prisma's own engine, which waits for every lock as long as it takes. A file that holds what cannot run in a transaction
 * fails in it (two of Broxiva's seven do): here the segments of a file are sent one by one.
 */
export const prismaEngine: Contestant = {
  name: "Prisma's engine",
  prepare: (_server, workload) => prepare(workload, {}, async (client, sql) => void (await client.query(sql))),
};

/** The known remedy: a short wait for a lock, and again until it is there. */
export const retryLoop: Contestant = {
  name: `lock_timeout=${LOCK_TIMEOUT_MS}ms, retried`,
  prepare: (_server, workload) =>
    prepare(workload, { lockTimeoutMs: LOCK_TIMEOUT_MS }, async (client, sql, { kind }) => {
      // What waits for old transactions blocks nobody, and a short limit would only kill it.
      if (kind === 'single') await client.query('SET lock_timeout = 0');
      await untilLocked(client, sql);
      await client.query('RESET lock_timeout');
    }),
};

type RunSegment = (client: Client, sql: string, segment: Segment) => Promise<void>;

async function prepare(workload: Workload, limits: { lockTimeoutMs?: number }, runSegment: RunSegment) {
  await loadParser();
  const folders = readMigrations(workload.migrationsDir);
  const timed = async (url: string): Promise<number> => {
    const startedAt = performance.now();
    const client = await openSession(url, { applicationName: 'bench-contestant', ...limits });
    await withEngine(
      {
        schema: 'public',
        connect: () => Promise.resolve(client),
        runScript: async (script) => {
          for (const segment of segmentsOf(parseScript(script), AS_WRITTEN))
            await runSegment(client, segment.statements.map(({ text }) => `${text};`).join('\n'), segment);
        },
      },
      (engine) =>
        engine.applyMigrations({ migrationsList: migrationList(workload.migrationsDir, folders), filters: NO_FILTER }),
    );
    return performance.now() - startedAt;
  };
  return { timed };
}

async function untilLocked(client: Client, sql: string): Promise<void> {
  for (;;) {
    try {
      // Several statements in one message are one transaction.
      await client.query(sql);
      return;
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
