/** Signals of the database's health, from its own statistics. */
import type { MetricSample } from '../contract';
import type { Client } from './postgres';

const PROBES = 20;

/** A sample of what the database can tell. */
export async function sampleDatabase(
  client: Client,
  previous: MetricSample['counters'] | null,
  now: Date,
): Promise<MetricSample> {
  const { rows } = await client.query<{ commits: string; rollbacks: string; pool: number }>(
    `SELECT xact_commit::text AS commits, xact_rollback::text AS rollbacks,
            (SELECT 100.0 * count(*) / current_setting('max_connections')::int FROM pg_stat_activity WHERE backend_type = 'client backend')::float8 AS pool
       FROM pg_stat_database WHERE datname = current_database()`,
  );
  const counters = { commits: Number(rows[0]?.commits ?? 0), rollbacks: Number(rows[0]?.rollbacks ?? 0) };
  return {
    at: now.toISOString(),
    values: {
      connection_pool: rounded(rows[0]?.pool ?? 0),
      error_rate: errorRate(previous, counters),
      query_time_p95: rounded(await probeLatency(client)),
    },
    counters,
  };
}

/** Share of transactions that were rolled back since the last sample, in percent; null without one. */
function errorRate(previous: MetricSample['counters'] | null, current: MetricSample['counters']): number | null {
  if (!previous) return null;
  const rollbacks = current.rollbacks - previous.rollbacks;
  const total = current.commits - previous.commits + rollbacks;
  // Statistics start again at zero when the server does.
  if (rollbacks < 0 || total <= 0) return null;
  return rounded((100 * rollbacks) / total);
}

/** 95th percentile of a small catalog query's time, in milliseconds. */
async function probeLatency(client: Client): Promise<number> {
  const times: number[] = [];
  for (let probe = 0; probe < PROBES; probe++) {
    const startedAt = performance.now();
    await client.query('SELECT count(*) FROM pg_class');
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[Math.ceil(0.95 * PROBES) - 1] ?? 0;
}

/** To two places. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
