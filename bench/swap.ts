/** swap: how long nobody can connect while a database is exchanged for its restored backup. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { exchange } from '../src/adapters/database-swap';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { table, type Section } from './results';
import { BenchServer, connected } from './server';
import { ms, range, summarize } from './stats';

const TARGET_MS = 1_000;
const EVERY_MS = 10;
/** Answers before and after the exchange: the gap lies between two of them. */
const CALM_MS = 200;
/** Sessions that stand in the database: idle ones, and some in a transaction that they do not finish. */
const SESSIONS = [
  { idle: 0, busy: 0 },
  { idle: 50, busy: 0 },
  { idle: 50, busy: 10 },
];

export async function swap({ command, rounds, log }: BenchOptions): Promise<Section> {
  const server = await BenchServer.start(log);
  try {
    const rows: string[][] = [];
    for (const { idle, busy } of SESSIONS) {
      log(`${idle} idle sessions and ${busy} in a transaction`);
      const gaps: number[] = [];
      for (let round = 0; round < rounds; round++) gaps.push(await gapOf(server, idle, busy));
      const summary = summarize(gaps);
      const verdict = `${summary.max <= TARGET_MS ? 'met' : 'missed'} (<= ${TARGET_MS})`;
      rows.push([`${idle} idle, ${busy} in a transaction`, ms(summary.median), range(summary), verdict]);
    }
    return { name: 'swap', body: report(command, server.version, rows) };
  } finally {
    await server.stop();
  }
}

/** @returns the longest time between two answers, milliseconds. */
async function gapOf(server: BenchServer, idle: number, busy: number): Promise<number> {
  const url = await server.recreate('live');
  await server.recreate('fresh');
  const guests = await Promise.all(Array.from({ length: idle + busy }, () => guest(url)));
  await Promise.all(guests.slice(idle).map((client) => client.query('BEGIN; SELECT 1')));
  const stop = new AbortController();
  const watching = longestGap(url, stop.signal);
  await sleep(CALM_MS);
  await connected(server.url('postgres'), (writer) =>
    connected(server.url('postgres'), (ender) =>
      exchange([writer, ender], { live: 'live', fresh: 'fresh', kept: 'kept', mark: 'kept' }),
    ),
  );
  await sleep(CALM_MS);
  stop.abort();
  const gap = await watching;
  await Promise.all(guests.map((client) => client.end().catch(() => undefined)));
  await server.drop('kept');
  return gap;
}

async function guest(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  // It will be ended.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** A client that connects, asks and leaves, every 10 ms; several at once, as one may have to wait for the exchange's lock. */
async function longestGap(connectionString: string, stop: AbortSignal): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const attempts: Promise<void>[] = [];
  const attempt = async (): Promise<void> => {
    const client = new Client({ connectionString });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    } catch {
      // Nobody was let in: the gap goes on.
    }
    await client.end().catch(() => undefined);
  };
  while (!stop.aborted) {
    attempts.push(attempt());
    await sleep(EVERY_MS);
  }
  await Promise.all(attempts);
  return longest;
}

function report(command: string, version: string, rows: string[][]): string {
  return [
    provenance(command, version),
    'Milliseconds between the last answer of the old database and the first of the new one, as a client sees them that connects every 10 ms; in the slowest of the rounds too it must be below the target. Sessions in a transaction have 250 ms to finish it.',
    table(['sessions', 'median', 'range', 'target'], rows),
  ].join('\n\n');
}
