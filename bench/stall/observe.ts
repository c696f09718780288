/** One contestant, once: the application's view of a migration. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimedRun } from '../contestants/contestant';
import { connected, type BenchServer } from '../server';
import type { Scenario } from './scenarios';
import { Traffic, type Transaction } from './traffic';
import { watchWaits, type Wait } from './waits';

const COPY = 'bench_copy';
const WARM_UP_MS = 2_000;
const BEFORE_MS = 5_000;
/** What the migration has set off comes to its end. */
const AFTER_MS = 1_500;

export interface Observation {
  /** Longest transaction of any client that touches the migration's time, in milliseconds. */
  stallMs: number;
  /** Transactions a second during the migration, over those of the five seconds before. */
  throughput: number;
  errors: string[];
  tookMs: number;
  /** Why the migration failed, or null. */
  failure: string | null;
  waits: Wait[];
}

/** Leaves the database as the contestant left it; @returns its URL with what was seen. */
export async function observe(
  server: BenchServer,
  { workload, mix, reportMs }: Scenario,
  timed: TimedRun,
): Promise<Observation & { url: string }> {
  const url = await server.recreate(COPY, workload.template);
  const traffic = Traffic.start(server, url, mix);
  const over = new AbortController();
  // From the start: what watching costs is the same before and during the migration.
  const watching = watchWaits(url, over.signal);
  await sleep(WARM_UP_MS + BEFORE_MS);
  const report = reportMs > 0 ? await openReport(url, reportMs) : null;
  const beganAt = Date.now();
  const failure = await timed(url).then(
    () => null,
    (error: Error) => error.message.trim().split('\n').at(-1) ?? '',
  );
  const endedAt = Date.now();
  await sleep(AFTER_MS);
  over.abort();
  const waits = await watching;
  const { transactions, errors } = await traffic.stop();
  await report?.end();
  const touching = transactions.filter((one) => one.endedAt > beganAt && one.beganAt < endedAt);
  return {
    url,
    stallMs: Math.max(...touching.map((one) => one.endedAt - one.beganAt)),
    throughput: rate(transactions, beganAt, endedAt) / rate(transactions, beganAt - BEFORE_MS, beganAt),
    errors,
    tookMs: endedAt - beganAt,
    failure,
    waits,
  };
}

function rate(transactions: Transaction[], from: number, to: number): number {
  return transactions.filter(({ endedAt }) => endedAt >= from && endedAt < to).length / (to - from);
}

/** Holds its locks when it returns. Ended early where the migration has given up before it. */
async function openReport(url: string, ms: number): Promise<{ end: () => Promise<void> }> {
  let opened = (): void => undefined;
  const open = new Promise<void>((resolve) => (opened = resolve));
  const over = new AbortController();
  const done = connected(url, async (client) => {
    await client.query(`SET application_name = 'bench-report'`);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    await client.query(`
      SELECT p.status, count(*), sum(o.grand_total)
        FROM orders o JOIN users u ON u.id = o.user_id
        JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id GROUP BY p.status`);
    opened();
    await sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
    await client.query('COMMIT');
  });
  await Promise.race([open, done]);
  return {
    end: async () => {
      over.abort();
      await done;
    },
  };
}
