/** Undoing behind somebody's lock: it keeps nobody waiting, and comes again instead of leaving the rest to a person. */
import { Client } from 'pg';
import type { Activities } from '../../src/activities';
import { createPgTools } from '../../src/adapters/pg-tools';
import { PRISMA_LOCK_ID } from '../../src/adapters/migration-lock';
import type { DeployInput } from '../../src/contract';
import { testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { inActivity, prepareDeployment } from '../support/prepared';
import { testProject, type TestProject } from '../support/project';
import { until } from '../support/until';

const GUESTS = { '00_guests': 'CREATE TABLE "guests" ("name" text);\nINSERT INTO "guests" VALUES (\'Ada\');' };
const NOTE = { ...GUESTS, '01_note': 'ALTER TABLE "guests" ADD COLUMN "note" text;' };

let database: TestDatabase;
const projects: TestProject[] = [];

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.close()));
  await database.drop();
});

const schema = (): Promise<string> => createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? '').schemaText(database.url);

interface Migrated {
  activities: Activities;
  input: DeployInput;
}

/** Everything up to phase `migrate`, as the workflow calls it. */
async function migrate(deploymentId: string, files: Parameters<typeof writeMigrations>[0]): Promise<Migrated> {
  const environment = { lockBudget: '500ms', rehearsal: 'schema-only' };
  const project = await testProject({ ...writeMigrations(files), url: database.url, environment });
  projects.push(project);
  const { activities, input, requests } = await prepareDeployment(project, deploymentId);
  for (const request of requests) await inActivity(() => activities.applyStep(input, request));
  return { activities, input };
}

it('is tried again when the lock does not come within the budget', async () => {
  await migrate('first', GUESTS);
  const { activities, input } = await migrate('second', NOTE);
  const reverse = (): ReturnType<Activities['reverseStep']> =>
    inActivity(() => activities.reverseStep(input, input.deploymentId, 0));
  const reader = new Client({ connectionString: database.url, options: '-c search_path=public' });
  await reader.connect();
  try {
    await reader.query('BEGIN; SELECT count(*) FROM guests');
    // A failure, not a result: the workflow tries those again, and takes a result for the last word.
    await expect(reverse()).rejects.toMatchObject({
      type: 'LockTimeout',
      message: expect.stringMatching(/In the way: session .*unnamed application/) as string,
    });
    await reader.query('COMMIT');
  } finally {
    await reader.end();
  }
  await expect(reverse()).resolves.toMatchObject({ state: 'reversed' });
});

describe('a reversal that another deployment had begun', () => {
  const VISITS = {
    '00_visits': `CREATE TABLE "guests" ("id" int);\nCREATE TABLE "visits" ("id" int);\nINSERT INTO "guests" VALUES (1);\nINSERT INTO "visits" VALUES (1);`,
  };
  const INDEXED = {
    ...VISITS,
    '01_indexed': {
      sql: `CREATE TABLE "notes" ("text" text);\nALTER TABLE "guests" ADD COLUMN "age" int;\nCREATE INDEX "visits_id" ON "visits" ("id");`,
      down: `DROP TABLE "notes";\nDROP INDEX CONCURRENTLY "visits_id";\nALTER TABLE "guests" DROP COLUMN "age";`,
    },
  };

  it('is finished from where it stopped, as is one that was only not written down', async () => {
    await migrate('first', VISITS);
    const before = await schema();
    const { activities, input } = await migrate('second', INDEXED);
    const reverse = (deploymentId: string): ReturnType<Activities['reverseStep']> =>
      inActivity(() => activities.reverseStep({ ...input, deploymentId }, input.deploymentId, 0), deploymentId);
    await database.client.query(`INSERT INTO notes VALUES ('keep me')`);
    const reader = new Client({ connectionString: database.url, options: '-c search_path=public' });
    await reader.connect();
    try {
      await reader.query('BEGIN; SELECT count(*) FROM guests');
      await expect(reverse('third')).rejects.toMatchObject({ type: 'LockTimeout' });
      await reader.query('COMMIT');
    } finally {
      await reader.end();
    }
    const basis = await inActivity(
      () => activities.rollbackBasis({ ...input, deploymentId: 'fourth' }, input.deploymentId, 'auto'),
      'fourth',
    );
    expect(basis).toMatchObject({ assessment: { steps: [0], plan: { action: 'reverse' } } });
    await expect(reverse('fourth')).resolves.toMatchObject({ state: 'reversed', kept: [{ rows: 1 }] });
    expect(await schema()).toBe(before);

    // A worker that died between the last commit and the record of it.
    await database.client.query(
      `UPDATE lockkeeper.reversal SET reversed_at = NULL WHERE deployment = 'second';
       UPDATE lockkeeper.marker SET script = replace(script, 'undone/second/', '') WHERE deployment = 'second'`,
    );
    await expect(reverse('fifth')).resolves.toMatchObject({ state: 'reversed', kept: [{ rows: 1 }] });
    expect(await schema()).toBe(before);
  });
});

describe("Prisma's own migration lock", () => {
  const held = async (work: () => Promise<void>): Promise<void> => {
    const prisma = new Client({ connectionString: database.url, application_name: 'prisma of bob' });
    await prisma.connect();
    try {
      await prisma.query(`SELECT pg_advisory_lock(${PRISMA_LOCK_ID})`);
      await work();
    } finally {
      await prisma.end();
    }
  };

  it('is waited for, by an undo too, which says who holds it, leaves no waiter and comes again', async () => {
    await migrate('first', GUESTS);
    const { activities, input } = await migrate('second', NOTE);
    const reverse = (): ReturnType<Activities['reverseStep']> =>
      inActivity(() => activities.reverseStep(input, input.deploymentId, 0));
    const before = await schema();
    await held(async () => {
      await expect(reverse()).rejects.toMatchObject({
        type: 'MigrationLockHeld',
        message: expect.stringMatching(/^Session \d+ \(prisma of bob, .*\) holds Prisma's migration lock/) as string,
      });
      expect(await schema()).toBe(before);
      const { rows } = await database.client.query(
        `SELECT a.application_name AS holder FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE l.locktype = 'advisory' AND l.objid = ${PRISMA_LOCK_ID} AND a.datname = current_database()`,
      );
      expect(rows).toEqual([{ holder: 'prisma of bob' }]);
    });
    await expect(reverse()).resolves.toMatchObject({ state: 'reversed' });
  });

  it('is held while a step is undone', async () => {
    const { activities, input } = await migrate('first', GUESTS);
    const reader = new Client({ connectionString: database.url, options: '-c search_path=public' });
    await reader.connect();
    await reader.query('BEGIN; SELECT FROM guests');
    const reversed = inActivity(() => activities.reverseStep(input, input.deploymentId, 0)).catch(
      (error: unknown) => error,
    );
    await until('the undo holds the lock', async () => {
      const { rows } = await database.client.query<{ holder: string }>(
        `SELECT a.application_name AS holder FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE l.locktype = 'advisory' AND l.objid = ${PRISMA_LOCK_ID} AND l.granted AND a.datname = current_database()`,
      );
      return rows[0]?.holder.startsWith('lockkeeper/first/undo-');
    });
    await reader.end();
    await reversed;
  });

  it('is free between two steps: nothing is undone beneath what somebody applied again there', async () => {
    const { activities, input } = await migrate('first', {
      '00_guests': 'CREATE TABLE "guests" ("name" text);',
      '01_pets': { sql: 'CREATE TABLE "pets" ("id" int);', down: 'DROP TABLE "pets";' },
    });
    const reverse = (step: number): ReturnType<Activities['reverseStep']> =>
      inActivity(() => activities.reverseStep(input, input.deploymentId, step));
    await expect(reverse(1)).resolves.toMatchObject({ state: 'reversed' });
    // What "prisma migrate deploy" of a container that starts just then does.
    await database.client.query(
      `CREATE TABLE public.pets ("id" int);
       INSERT INTO public._prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('again', 'c', '01_pets', now())`,
    );
    const before = await schema();
    await expect(reverse(0)).resolves.toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('01_pets was applied again since it was undone') as string,
    });
    expect(await schema()).toBe(before);
  });
});
