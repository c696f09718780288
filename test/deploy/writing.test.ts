/** A rollback while a client writes as fast as it can: every row that it was told is written is live, kept in salvage, or in the old database. */
import { Client } from 'pg';
import type { DeploymentRef } from '../../src/client';
import type { RollbackStrategy } from '../../src/contract';
import { databaseUrl, onServer, testDatabase, type TestDatabase } from '../support/database';
import { writeMigrations } from '../support/migrations';
import { testProject, type TestProject } from '../support/project';
import { until } from '../support/until';

const MAYA = { id: 'cli:maya', name: 'maya' };
const NINA = { id: 'cli:nina', name: 'nina' };
const GUESTS = { '00_guests': 'CREATE TABLE "guests" ("id" text PRIMARY KEY);' };
const CHANGE = {
  ...GUESTS,
  '01_change': 'ALTER TABLE "guests" ADD COLUMN "age" int;\nCREATE TABLE "notes" ("id" text PRIMARY KEY);',
};

let database: TestDatabase;
let project: TestProject;
let deployed: DeploymentRef;
let writer: Writer | undefined;

jest.setTimeout(300_000);

beforeEach(async () => {
  database = await testDatabase();
  await open(GUESTS);
  await deploy();
  await project.close();
  await database.client.query(`INSERT INTO guests VALUES ('before')`);
  await open(CHANGE);
  deployed = await deploy();
});

afterEach(async () => {
  await writer?.stop();
  writer = undefined;
  await project.close();
  const kept = await rows<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname LIKE '${database.name}_before_%'`,
  );
  for (const { datname } of kept) await onServer(`DROP DATABASE "${datname}" WITH (FORCE)`);
  await database.drop();
});

async function open(files: Parameters<typeof writeMigrations>[0]): Promise<void> {
  project = await testProject({
    ...writeMigrations(files),
    url: database.url,
    environment: { rehearsal: 'schema-only' },
  });
  await project.startWorker();
}

async function deploy(): Promise<DeploymentRef> {
  const ref = await project.client.start(project.environment, project.target, MAYA);
  expect(await project.client.result(ref)).toMatchObject({ status: 'deployed', failure: null });
  return ref;
}

/** On a connection of its own: an exchange ends those that were there. */
async function rows<T extends object>(sql: string, name = database.name): Promise<T[]> {
  const client = new Client({ connectionString: databaseUrl(name), options: '-c search_path=public' });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

const ids = async (sql: string, name?: string): Promise<string[]> =>
  (await rows<{ id: string }>(sql, name)).map(({ id }) => id);

/** Writes one row after the other, connects again when it is cut off, and remembers what it was told is written. */
class Writer {
  /** By statement, in order. */
  readonly acknowledged = new Map<string, string[]>();
  private stopped = false;
  private readonly running: Promise<unknown>;

  /** @param statements with one parameter, the row's id. Those that are refused are written no more. */
  constructor(private readonly statements: string[]) {
    for (const statement of statements) this.acknowledged.set(statement, []);
    this.running = Promise.all(statements.map((statement, place) => this.write(statement, `w${place}`)));
  }

  get count(): number {
    return [...this.acknowledged.values()].reduce((sum, ids) => sum + ids.length, 0);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async write(statement: string, name: string): Promise<void> {
    for (let number = 0; !this.stopped;) {
      const client = new Client({ connectionString: database.url, options: '-c search_path=public' });
      client.on('error', () => undefined);
      try {
        await client.connect();
        for (; !this.stopped; number++) {
          await client.query(statement, [`${name}-${number}`]);
          this.acknowledged.get(statement)?.push(`${name}-${number}`);
        }
      } catch (error) {
        // Its number may have been committed and not been told: it is not written again under the same one.
        number++;
        const { code } = error as { code?: string };
        if (code === '42P01' || code === '42703') return;
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }
}

/** Approves whatever the rollback asks, as often as it asks. */
async function rolledBack(strategy: RollbackStrategy): Promise<string> {
  const rollback = await project.client.startRollback(deployed, MAYA, strategy);
  const answered = new Set<string>();
  await until(
    'the rollback is over',
    async () => {
      const { approval, outcome } = await project.client.status(rollback);
      if (outcome) return outcome;
      if (approval && !answered.has(approval.requestedAt)) {
        answered.add(approval.requestedAt);
        await project.client.decide(rollback, NINA, 'approve', null, approval.bindingDigest);
      }
      return null;
    },
    180,
  );
  const { status, summary } = await project.client.result(rollback);
  expect(`${status}: ${summary}`).toMatch(/^rolled-back: /);
  // Each yes covers twice as many rows: a client that goes on writing does not keep people answering for ever.
  expect(answered.size).toBeLessThan(12);
  return summary;
}

it('reverses, and keeps each row of a dropped table and each value of a dropped column', async () => {
  const withAge = 'INSERT INTO guests (id, age) VALUES ($1, 7)';
  const noted = 'INSERT INTO notes (id) VALUES ($1)';
  const plain = 'INSERT INTO guests (id) VALUES ($1)';
  writer = new Writer([withAge, noted, plain]);
  await until('it writes', () => (writer?.count ?? 0) > 300);
  await rolledBack('auto');
  await until('it goes on', () => writer && writer.count > 300);
  await writer.stop();
  const told = (statement: string): string[] => writer?.acknowledged.get(statement) ?? [];

  const live = await ids('SELECT id FROM guests');
  expect(live).toEqual(expect.arrayContaining([...told(withAge), ...told(plain), 'before']));
  const manifest = await rows<{ relation: string; place: string | null; kept: string; n: number }>(
    `SELECT relation, column_name AS place, kept_in AS kept, rows::int AS n FROM lockkeeper_salvage.manifest`,
  );
  const keptOf = async (relation: string): Promise<string[]> => {
    const entry = manifest.find((each) => each.relation === relation);
    const found = await ids(`SELECT id FROM lockkeeper_salvage."${entry?.kept}"`);
    expect(found).toHaveLength(entry?.n ?? -1);
    return found;
  };
  expect(await keptOf('public.notes')).toEqual(expect.arrayContaining(told(noted)));
  expect(await keptOf('public.guests')).toEqual(expect.arrayContaining(told(withAge)));
  expect(await rows(`SELECT to_regclass('notes') AS notes`)).toEqual([{ notes: null }]);
});

it('exchanges the database, and has each row in it or in the old one', async () => {
  const plain = 'INSERT INTO guests (id) VALUES ($1)';
  writer = new Writer([plain]);
  await until('it writes', () => (writer?.count ?? 0) > 300);
  const summary = await rolledBack('restore');
  const before = writer.count;
  await until('it goes on in the new one', () => (writer?.count ?? 0) > before + 50);
  await writer.stop();
  const kept = /kept as (\S+)\./.exec(summary)?.[1] ?? '';
  const [live, old] = [await ids('SELECT id FROM guests'), await ids('SELECT id FROM guests', kept)];
  const told = writer.acknowledged.get(plain) ?? [];
  const there = new Set([...live, ...old]);
  expect(told.filter((id) => !there.has(id))).toEqual([]);
  // One stream of rows, cut once: what the old one has came first.
  expect(live.filter((id) => id !== 'before' && old.includes(id))).toEqual([]);
  expect(live.length).toBeGreaterThan(50);
});
