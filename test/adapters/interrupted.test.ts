/**
 * Files made by chance, executed by attempts that are cut off at any message to the server: before it was sent, while it
 * runs, after it was done and before the answer came. They end as a run that nobody disturbs, with every effect once.
 */
import { ApplicationFailure } from '@temporalio/common';
import { Client } from 'pg';
import { runScript } from '../../src/adapters/executor';
import { takeFence } from '../../src/adapters/ledger/fence';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import type { Segment } from '../../src/policy/segments';
import { contents } from '../support/contents';
import { onServer, testDatabase, type TestDatabase } from '../support/database';
import { segmentsAfter } from '../support/segments';
import { BEFORE, chance, mixedFile, type Chance } from './mixed-files';

const FILES = 24;
/** Of messages that an attempt may send before it is cut off; no segment needs more. */
const MOST_MESSAGES = 12;
const MOST_ATTEMPTS = 200;

let model: TestDatabase;
let attempts = 0;

beforeAll(async () => {
  await loadParser();
  model = await testDatabase();
  await model.client.query(BEFORE);
  await ensureLedger(model.client);
  await model.client.end();
});
afterAll(() => onServer(`DROP DATABASE ${model.name}`));

type End = 'before' | 'during' | 'after' | 'terminated';
const ENDS: End[] = ['before', 'during', 'after', 'terminated'];

/** Lets `messages` through; the next is the session's last. */
function cutOff(client: Client, messages: number, end: End, admin: Client): void {
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
  const { processID } = client as unknown as { processID: number };
  const send = client.query.bind(client) as (...query: unknown[]) => Promise<unknown>;
  let left = messages;
  const query = async (...of: unknown[]): Promise<unknown> => {
    if (left-- !== 0) return send(...of);
    if (end === 'before') stream.destroy();
    const answer = send(...of);
    if (end === 'during') setImmediate(() => stream.destroy());
    if (end === 'terminated') await admin.query('SELECT pg_terminate_backend($1)', [processID]);
    await answer.catch(() => undefined);
    stream.destroy();
    throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
  };
  client.query = query as typeof client.query;
}

/** @returns true when it came to the end. */
async function attempt(database: TestDatabase, of: Segment[], next: Chance): Promise<boolean> {
  attempts++;
  const client = new Client({
    connectionString: database.url,
    application_name: `lockkeeper/interrupted/${attempts}`,
    options: '-c search_path=public',
  });
  client.on('error', () => undefined);
  await client.connect();
  const token = await takeFence(client, {
    owner: 'test',
    run: 'test',
    turn: [1, attempts],
    orphans: 'lockkeeper/interrupted/',
  });
  cutOff(client, next(MOST_MESSAGES), ENDS[next(ENDS.length)] ?? 'during', database.client);
  try {
    await runScript(client, {
      script: 'migration/m@c',
      title: 'm',
      deployment: 'd',
      token,
      segments: of,
      patience: { timeoutMs: 2_000, budgetMs: 30_000, eviction: null },
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    return true;
  } catch (error) {
    // A dead session proves nothing; a statement that fails would be a wrong resumption.
    if (error instanceof ApplicationFailure) throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function undisturbed(sql: string): Promise<string> {
  const copy = await testDatabase(model.name);
  try {
    await copy.client.query('SET search_path = public');
    for (const { text } of parseScript(sql)) await copy.client.query(text);
    return await contents(copy);
  } finally {
    await copy.drop();
  }
}

const SEEDS = Array.from({ length: FILES }, (_, seed) => seed + 1);

test.each(SEEDS)('file %i', async (seed) => {
  const next = chance(seed);
  const sql = mixedFile(next);
  const all = segmentsAfter(BEFORE, sql);
  const copy = await testDatabase(model.name);
  try {
    for (let tried = 1; !(await attempt(copy, all, next)); tried++) expect(tried).toBeLessThan(MOST_ATTEMPTS);
    const { rows } = await copy.client.query<{ segment: number }>(
      `SELECT segment FROM lockkeeper.marker WHERE state = 'committed' ORDER BY 1`,
    );
    expect(rows.map(({ segment }) => segment)).toEqual(all.map(({ index }) => index));
    expect(`${sql}\n${await contents(copy)}`).toBe(`${sql}\n${await undisturbed(sql)}`);
  } finally {
    await copy.drop();
  }
});
