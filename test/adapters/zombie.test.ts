/** A worker that was stopped and wakes again, at whatever it was about to write outside its segments: nothing of that is committed. */
import { runScript, type ScriptRun } from '../../src/adapters/executor';
import { takeFence, type Holder } from '../../src/adapters/ledger/fence';
import { recordReversed, registerReversal, registeredReversals } from '../../src/adapters/ledger/registrations';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { openSession } from '../../src/adapters/postgres';
import type { ScriptRunner } from '../../src/adapters/prisma-driver';
import { migrationList, NO_FILTER, withEngine, type SchemaEngine } from '../../src/adapters/prisma-engine';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { AS_WRITTEN, segmentsOf } from '../../src/policy/segments';
import { testDatabase, type TestDatabase } from '../support/database';

const FENCED = { type: 'Fenced', nonRetryable: true, message: expect.stringContaining('newer/') as string };

let database: TestDatabase;
let turns = 0;

beforeEach(async () => {
  await loadParser();
  database = await testDatabase();
  await ensureLedger(database.client);
});

afterEach(() => database.drop());

function take(deployment: string): Promise<bigint> {
  const turn: [number, number] = [1, ++turns];
  return takeFence(database.client, {
    owner: `${deployment}/${turns}`,
    run: deployment,
    turn,
    orphans: 'lockkeeper/x/',
  });
}

/** What a later deployment does while the older one sleeps. */
const overtake = (): Promise<bigint> => take('newer');

function script(token: bigint, sql: string, more: Partial<ScriptRun> = {}): ScriptRun {
  return {
    script: 'migration/m@c',
    title: 'm',
    deployment: 'older',
    token,
    segments: segmentsOf(parseScript(sql), AS_WRITTEN),
    patience: { timeoutMs: 100, budgetMs: 1_000, eviction: null },
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...more,
  };
}

async function markers(): Promise<unknown[]> {
  const { rows } = await database.client.query<object>(
    'SELECT deployment, state FROM lockkeeper.marker ORDER BY segment',
  );
  return rows;
}

describe('a script', () => {
  test('it does not forget what the newer deployment has committed of the same migration', async () => {
    const old = await take('older');
    const sql = 'CREATE TABLE t (id int);';
    await runScript(database.client, script(await overtake(), sql, { deployment: 'newer' }));
    await expect(runScript(database.client, script(old, sql))).rejects.toMatchObject(FENCED);
    expect(await markers()).toEqual([{ deployment: 'newer', state: 'committed' }]);
  });

  const BUILD = 'CREATE INDEX CONCURRENTLY i ON t (id);';

  test('a build that ends too late is not written down as done', async () => {
    await database.client.query('CREATE TABLE t (id int)');
    const around: ScriptRun['around'] = async (_segment, _statement, execute) => {
      await execute();
      await overtake();
    };
    const late = script(await take('older'), BUILD, { around });
    await expect(runScript(database.client, late)).rejects.toMatchObject(FENCED);
    expect(await markers()).toEqual([{ deployment: 'older', state: 'intent' }]);
  });

  test('a build that fails too late takes nothing away', async () => {
    await database.client.query('CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1)');
    const around: ScriptRun['around'] = async (_segment, _statement, execute) => {
      await execute().finally(overtake);
    };
    const late = script(await take('older'), BUILD.replace('INDEX', 'UNIQUE INDEX'), { around });
    await expect(runScript(database.client, late)).rejects.toMatchObject(FENCED);
    expect(await markers()).toEqual([{ deployment: 'older', state: 'intent' }]);
    const { rows } = await database.client.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass`);
    expect(rows).toEqual([{ indisvalid: false }]);
  });
});

describe("Prisma's history", () => {
  const SQL = 'CREATE TABLE t (id int);';
  const FOLDER = { name: 'm', sql: SQL, checksum: 'c' } as Parameters<typeof migrationList>[1][number];
  const LIST = migrationList('/nowhere', [FOLDER]);
  const apply = (engine: SchemaEngine): Promise<unknown> =>
    engine.applyMigrations({ migrationsList: LIST, filters: NO_FILTER });

  /** As a step does it. */
  async function engine(
    fence: Holder,
    use: (engine: SchemaEngine) => Promise<unknown>,
    runs?: ScriptRunner,
  ): Promise<unknown> {
    const client = await openSession(database.url, { applicationName: 'lockkeeper/older/1' });
    const connect = (): Promise<typeof client> => Promise.resolve(client);
    const asAStep: ScriptRunner = async (sql, _name, preamble) =>
      void (await runScript(client, script(fence.token, sql, { preamble })));
    return withEngine({ schema: 'public', connect, runScript: runs ?? asAStep, fence }, use);
  }

  /** Null where there is no history. */
  async function history(): Promise<unknown[] | null> {
    const { rows: tables } = await database.client.query<{ oid: string | null }>(
      `SELECT to_regclass('public._prisma_migrations') AS oid`,
    );
    if (tables[0]?.oid === null) return null;
    const { rows } = await database.client.query<object>(
      `SELECT finished_at IS NOT NULL AS finished, logs, rolled_back_at IS NOT NULL AS back FROM public._prisma_migrations`,
    );
    return rows;
  }

  const BEGUN = { finished: false, logs: null, back: false };

  test('is not made', async () => {
    const fence = { deployment: 'older', token: await take('older') };
    await overtake();
    await expect(engine(fence, apply)).rejects.toMatchObject(FENCED);
    expect(await history()).toBeNull();
  });

  test('is not told of a migration that begins', async () => {
    const fence = { deployment: 'older', token: await take('older') };
    await engine(fence, (engine) =>
      engine.applyMigrations({ migrationsList: migrationList('/nowhere', []), filters: NO_FILTER }),
    );
    expect(await history()).toEqual([]);
    await overtake();
    await expect(engine(fence, apply)).rejects.toMatchObject(FENCED);
    expect(await history()).toEqual([]);
  });

  /** The script is done by whoever overtook. */
  const overtaken = (end: () => Promise<void>): ScriptRunner => {
    return async (_sql, _name, preamble) => {
      for (const statement of preamble.filter((text) => text.startsWith('INSERT')))
        await database.client.query(statement);
      await overtake();
      await end();
    };
  };

  test('is not told of its end', async () => {
    const fence = { deployment: 'older', token: await take('older') };
    await expect(
      engine(
        fence,
        apply,
        overtaken(() => Promise.resolve()),
      ),
    ).rejects.toMatchObject(FENCED);
    expect(await history()).toEqual([BEGUN]);
  });

  test('is not told of its failure, which stays the failure that people see', async () => {
    const fence = { deployment: 'older', token: await take('older') };
    const failing = overtaken(() => Promise.reject(new Error('the script failed')));
    await expect(engine(fence, apply, failing)).rejects.toThrow('the script failed');
    expect(await history()).toEqual([BEGUN]);
  });

  test('is not rolled back, by the engine or by an undo', async () => {
    const fence = { deployment: 'older', token: await take('older') };
    const failing = overtaken(() => Promise.reject(new Error('the script failed')));
    await engine(fence, apply, failing).catch(() => undefined);
    const rollBack = (engine: SchemaEngine): Promise<unknown> => engine.markMigrationRolledBack({ migrationName: 'm' });
    await expect(engine(fence, rollBack)).rejects.toMatchObject(FENCED);

    const nothing = { source: 'none', checksums: null, sql: null, schemaBefore: null, inverses: [], digest: '' };
    await registerReversal(database.client, 'older', { step: 0, migrations: ['m'], segments: 1, ...nothing });
    await database.client.query('SET search_path = public');
    await expect(recordReversed(database.client, fence, 'older', 0, ['m'])).rejects.toMatchObject(FENCED);
    expect(await registeredReversals(database.client, 'older')).toMatchObject([{ reversed: false }]);
    expect(await history()).toEqual([BEGUN]);
  });
});
