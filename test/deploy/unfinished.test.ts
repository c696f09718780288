/** Undoing on a real database beside sessions that hold what it needs, and after statements that came to no end. */
import type { Client } from 'pg';
import type { Activities } from '../../src/activities';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { attempted, inActivity, prepareDeployment } from '../support/prepared';
import { testProject, type TestProject } from '../support/project';
import { Sessions } from '../support/sessions';
import { until } from '../support/until';

let database: TestDatabase;
const sessions = new Sessions();
const projects: TestProject[] = [];

beforeEach(async () => {
  database = await testDatabase();
  await database.client.query('SET search_path = public');
});

afterEach(async () => {
  await sessions.end();
  await Promise.all(projects.splice(0).map((project) => project.close()));
  await database.drop();
});

const session = (): Promise<Client> => sessions.open(database.url);

interface Prepared {
  /** Attempts the only step; `cancel` is what an abort does. */
  apply: (attempt?: number) => { done: Promise<unknown>; cancel: () => void };
  reverse: () => ReturnType<Activities['reverseStep']>;
  /** How the schema is to what it was before. */
  likeness: () => ReturnType<Activities['schemaIs']>;
}

/** Everything before phase `migrate`, as the workflow calls it, of a deployment with one step. */
async function prepare(deploymentId: string, files: Record<string, string>, lockTimeout = '100ms'): Promise<Prepared> {
  const environment = { lockTimeout, lockBudget: '2m', rehearsal: 'schema-only' };
  const project = await testProject({ ...writeMigrations(files), url: database.url, environment });
  projects.push(project);
  const { activities, input, requests, schemaFingerprint } = await prepareDeployment(project, deploymentId);
  const [request] = requests;
  if (!request || requests.length > 1) throw new Error(`${requests.length} steps`);
  return {
    apply: (attempt = 1) => {
      const activity = attempted(attempt);
      const done = activity.run(() => activities.applyStep(input, request));
      done.catch(() => undefined);
      return { done, cancel: () => activity.cancel('CANCELLED') };
    },
    reverse: () => inActivity(() => activities.reverseStep(input, deploymentId, 0)),
    likeness: () => inActivity(() => activities.schemaIs(input, schemaFingerprint, deploymentId)),
  };
}

/** @param before of an earlier deployment. */
async function prepareBehind(before: string, sql: string, lockTimeout?: string): Promise<Prepared> {
  await (await prepare('earlier', { '00_before': before })).apply().done;
  return prepare('later', { '00_before': before, '01_next': sql }, lockTimeout);
}

const OURS = `datname = current_database() AND application_name LIKE 'lockkeeper/later/%'`;

/** It waits for somebody, or looks who is in its way. */
async function isHeldUp(): Promise<boolean> {
  const { rows } = await database.client.query(
    `SELECT FROM pg_stat_activity WHERE ${OURS} AND (wait_event_type = 'Lock' OR query LIKE '%lockkeeper.holders%')`,
  );
  return rows.length > 0;
}

const heldUp = (): Promise<boolean> => until('it is held up', isHeldUp);

/** As a worker that is killed. */
async function kill({ done }: { done: Promise<unknown> }): Promise<void> {
  await database.client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OURS}`);
  await expect(done).rejects.toThrow();
}

async function indexes(): Promise<Record<string, boolean>> {
  const { rows } = await database.client.query<{ name: string; valid: boolean }>(
    `SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE relnamespace = 'public'::regnamespace AND relname !~ '^_prisma' ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, valid }) => [name, valid]));
}

describe('readers of a table that the undo does not name', () => {
  const GUESTS = `CREATE TABLE "guests" ("name" text PRIMARY KEY, "note" text);\nINSERT INTO "guests" VALUES ('Ada');`;

  test.each([
    [
      'whose foreign key goes with a new and empty table',
      `CREATE TABLE "review" ("id" int, "guest" text REFERENCES "guests" ("name"));`,
    ],
    ['whose index goes with one', 'CREATE TABLE "fresh" ("id" int);\nCREATE INDEX "guests_note" ON "guests" ("note");'],
  ])('are kept waiting by nobody: %s', async (_, sql) => {
    const { apply, reverse } = await prepareBehind(GUESTS, sql);
    await apply().done;
    const blocker = await session();
    await blocker.query('BEGIN; SELECT count(*) FROM guests');
    const reversed = reverse();
    reversed.catch(() => undefined);
    await heldUp();
    // Far longer than an attempt waits, and far shorter than the budget.
    await (await session()).query(`SET statement_timeout = '20s'; SELECT count(*) FROM guests`);
    await blocker.query('COMMIT');
    await expect(reversed).resolves.toMatchObject({ state: 'reversed' });
  });
});

describe('a statement outside transactions that came to no end', () => {
  const GUESTS = `CREATE TABLE "guests" ("id" int PRIMARY KEY, "note" text);\nINSERT INTO "guests" SELECT n, 'x' FROM generate_series(1, 10) n;\nCREATE UNIQUE INDEX "guests_note" ON "guests" ("note", "id");`;
  const DROP = 'DROP INDEX "guests_note";';
  const WHOLE = { guests_note: true, guests_pkey: true };

  async function oid(): Promise<unknown> {
    return (await database.client.query(`SELECT 'guests_note'::regclass::oid AS oid`)).rows;
  }

  test('an index that was half dropped when somebody stopped the deployment is there again', async () => {
    const { apply, reverse, likeness } = await prepareBehind(GUESTS, DROP);
    const reader = await session();
    await reader.query('BEGIN; SELECT count(*) FROM guests');
    const applied = apply();
    await until('the index is invalid', async () => !(await indexes())['guests_note']);
    applied.cancel();
    await expect(applied.done).rejects.toThrow();
    await reader.query('COMMIT');
    await expect(reverse()).resolves.toMatchObject({ state: 'reversed' });
    expect(await indexes()).toEqual(WHOLE);
    await expect(likeness()).resolves.toBe('same');
  });

  test('an index of which nothing was dropped yet stays the same index', async () => {
    const { apply, reverse, likeness } = await prepareBehind(GUESTS, DROP);
    const before = await oid();
    const builder = await session();
    await builder.query('BEGIN; LOCK TABLE guests IN SHARE UPDATE EXCLUSIVE MODE');
    const applied = apply();
    await heldUp();
    await kill(applied);
    await builder.query('COMMIT');
    await expect(reverse()).resolves.toMatchObject({ state: 'nothing-to-undo' });
    expect(await oid()).toEqual(before);
    await expect(likeness()).resolves.toBe('same');
  });

  test('of a rebuild that was killed no second index is left, which would refuse rows', async () => {
    const { apply, reverse, likeness } = await prepareBehind(GUESTS, 'REINDEX INDEX "guests_note";');
    const reader = await session();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1');
    const applied = apply();
    await until(
      'the new index waits',
      async () => Object.values(await indexes()).includes(false) && (await isHeldUp()),
    );
    await kill(applied);
    await reader.query('COMMIT');
    await expect(likeness()).resolves.toBe('different');
    await expect(reverse()).resolves.toMatchObject({ state: 'reversed' });
    expect(await indexes()).toEqual(WHOLE);
    await expect(likeness()).resolves.toBe('same');
  });

  test('an index of a partition goes with the one that it was meant for', async () => {
    const events = `CREATE TABLE "ev" ("id" int, "day" int) PARTITION BY LIST ("day");\nCREATE TABLE "ev1" PARTITION OF "ev" FOR VALUES IN (1);`;
    const index = `CREATE INDEX "ev_id" ON ONLY "ev" ("id");\nCREATE INDEX CONCURRENTLY "ev1_id" ON "ev1" ("id");\nALTER INDEX "ev_id" ATTACH PARTITION "ev1_id";`;
    const { apply, reverse, likeness } = await prepareBehind(events, index);
    const reader = await session();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1');
    const applied = apply();
    await until('the index is invalid and waits', async () => 'ev1_id' in (await indexes()) && (await isHeldUp()));
    await kill(applied);
    await reader.query('COMMIT');
    await expect(reverse()).resolves.toMatchObject({ state: 'reversed' });
    expect(await indexes()).toEqual({});
    await expect(likeness()).resolves.toBe('same');
  });

  test('an invalid index is told from one that was there before, and from one that somebody builds', async () => {
    const twice = { '00_twice': 'CREATE TABLE "twice" ("id" int);\nINSERT INTO "twice" VALUES (1), (1);' };
    await (await prepare('earlier', twice)).apply().done;
    const build = (name: string): Promise<unknown> =>
      database.client.query(`CREATE UNIQUE INDEX CONCURRENTLY ${name} ON twice (id)`).catch(() => undefined);
    await build('before');
    const { apply, reverse, likeness } = await prepare('later', {
      ...twice,
      '01_notes': 'CREATE TABLE "notes" ("id" int);',
    });
    await apply().done;
    await reverse();
    const reader = await session();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1');
    const built = (await session()).query('CREATE INDEX CONCURRENTLY under_way ON twice (id)');
    await until('somebody builds', async () => 'under_way' in (await indexes()));
    await expect(likeness()).resolves.toBe('same');
    await reader.query('COMMIT');
    await built;
    await database.client.query('DROP INDEX under_way');
    await build('since');
    await expect(likeness()).resolves.toBe('different');
  });
});

describe('a partition that is detached concurrently', () => {
  const EVENTS = `CREATE TABLE "ev" ("id" int, "day" int) PARTITION BY LIST ("day");\nCREATE TABLE "ev1" PARTITION OF "ev" FOR VALUES IN (1);\nINSERT INTO "ev" SELECT n, 1 FROM generate_series(1, 10) n;`;
  const DETACH = 'ALTER TABLE "ev" DETACH PARTITION "ev1" CONCURRENTLY;';

  /** Null once it is no partition. */
  async function isPending(): Promise<boolean | null> {
    const { rows } = await database.client.query<{ pending: boolean }>(
      `SELECT inhdetachpending AS pending FROM pg_inherits WHERE inhrelid = 'ev1'::regclass`,
    );
    return rows[0]?.pending ?? null;
  }

  /** Killed between its two transactions, in which it may wait for a transaction that is younger than lockTimeout. */
  async function killed(): Promise<Prepared> {
    const prepared = await prepareBehind(EVENTS, DETACH, '1m');
    const reader = await session();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM ONLY ev');
    const applied = prepared.apply();
    await until('it is pending', isPending);
    await kill(applied);
    await reader.query('COMMIT');
    expect(await isPending()).toBe(true);
    return prepared;
  }

  test('keeps none of its readers waiting', async () => {
    const { apply } = await prepareBehind(EVENTS, DETACH);
    const blocker = await session();
    await blocker.query('BEGIN; SELECT FROM ev1');
    const { done } = apply();
    await heldUp();
    await (await session()).query(`SET statement_timeout = '20s'; SELECT FROM ev1`);
    await blocker.query('COMMIT');
    await done;
    expect(await isPending()).toBeNull();
  });

  test('is finished by the next attempt', async () => {
    const { apply } = await killed();
    await apply(2).done;
    expect(await isPending()).toBeNull();
  });

  test('is attached again by the undo', async () => {
    const { reverse, likeness } = await killed();
    await expect(reverse()).resolves.toMatchObject({ state: 'reversed' });
    expect(await isPending()).toBe(false);
    await expect(likeness()).resolves.toBe('same');
  });
});
