/** A canary in the URL, in SQL, in data and in errors: it comes out nowhere (FAULTS 49). */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { asFailure } from '../../src/activities/failure';
import { createPgTools } from '../../src/adapters/pg-tools';
import { runCli, type CliRun } from '../support/cli';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { spawnWorker, type WorkerProcess } from '../support/processes';
import { testProject, type TestProject } from '../support/project';
import { testRole, type TestRole } from '../support/role';
import { until } from '../support/until';

/** One for each place that it may come from, so that a leak says from where. */
const CANARY = {
  url: 'canary-url-4f1d',
  sql: 'canary-sql-93ab',
  row: 'canary-row-c07e',
  key: 'canary-key-'.padEnd(64, '5'),
};
/** With what a URL encodes, so that it would be seen in either form. */
const PASSWORD = `${CANARY.url}@:/ %`;
const MIGRATIONS = {
  '1_init': `CREATE TABLE users (id int PRIMARY KEY, secret text NOT NULL);\nINSERT INTO users VALUES (1, '${CANARY.row}'), (2, '${CANARY.row}2');\n`,
  // Fails where there are rows, which is in production and on the restored backup.
  '2_cast': 'ALTER TABLE users ALTER COLUMN secret TYPE int USING secret::int;\n',
  '3_role': `ALTER ROLE no_such_role PASSWORD '${CANARY.sql}';\n`,
  '4_raise': `DO $$ BEGIN EXECUTE 'ALTER ROLE no_such_role PASSWORD ''${CANARY.sql}'''; END $$;\n`,
  '5_unique': `CREATE TABLE tokens (token text UNIQUE);\nINSERT INTO tokens VALUES ('${CANARY.sql}'), ('${CANARY.sql}');\n`,
  '6_typo': `ALTER ROLE no_such_role PASSWORD PASSWORD '${CANARY.sql}';\n`,
  '7_open': `ALTER ROLE no_such_role PASSWORD '${CANARY.sql};\n`,
};

let database: TestDatabase;
let role: TestRole;
let project: TestProject;
let folder: string;
let worker: WorkerProcess;
const workers: WorkerProcess[] = [];
let commandLines: CommandLines;
const said: CliRun[] = [];

beforeAll(async () => {
  role = await testRole('CREATEDB CREATEROLE', PASSWORD);
  database = await testDatabase();
  await database.client.query(`ALTER DATABASE ${database.name} OWNER TO ${role.name}`);
  folder = mkdtempSync(join(tmpdir(), 'lockkeeper migrations '));
  writeFileSync(
    join(folder, 'schema.prisma'),
    `datasource db {\n  provider = "postgresql"\n  url = "${role.url(database.name)}"\n}\n`,
  );
  project = await testProject({
    url: role.url(database.name),
    migrations: folder,
    schema: join(folder, 'schema.prisma'),
    env: { LOCKKEEPER_SIGNING_KEY: CANARY.key },
    environment: {
      backup: { dir: 'backups' },
      verify: { generate: false, checks: [{ name: 'casts', sql: 'SELECT secret::int > 0 FROM users' }] },
    },
  });
  commandLines = watchCommandLines();
  await startWorker();
});
afterAll(async () => {
  commandLines.stop();
  await worker.kill('SIGTERM');
  await project.close();
  await database.drop();
  await role.drop();
  rmSync(folder, { recursive: true });
});

async function startWorker(): Promise<void> {
  worker = spawnWorker(project, { LOCKKEEPER_LOG_LEVEL: 'debug' });
  workers.push(worker);
  await until('the worker polls', () => worker.log().includes('"state":"RUNNING"'));
}

/** Changes lockkeeper.yaml, which a worker reads when it starts. */
async function reconfigure(from: string, to: string): Promise<void> {
  await worker.kill('SIGTERM');
  const file = join(project.root, 'lockkeeper.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  await startWorker();
}

/** Deploys one more migration; the outcome's status. */
async function deploy(...names: (keyof typeof MIGRATIONS)[]): Promise<string | undefined> {
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'migration.sql'), MIGRATIONS[name]);
  }
  const run = await lockkeeper('deploy', '--json');
  said.push(
    await lockkeeper('status'),
    await lockkeeper('report'),
    await lockkeeper('plan'),
    await lockkeeper('migrate', 'status'),
  );
  for (const name of names) if (name !== '1_init') rmSync(join(folder, name), { recursive: true });
  return (JSON.parse(run.stdout) as { status: { outcome: { status: string } | null } }).status.outcome?.status;
}

async function lockkeeper(...argv: string[]): Promise<CliRun> {
  const run = await runCli(argv, { cwd: project.root, env: project.env });
  said.push(run);
  return run;
}

test('deployments end as they should', async () => {
  // The health check casts a row's secret, and fails: what was deployed is undone.
  expect(await deploy('1_init')).toBe('rolled-back');
  await reconfigure('SELECT secret::int > 0 FROM users', 'SELECT true');
  expect(await deploy('1_init')).toBe('deployed');
  for (const name of ['2_cast', '6_typo', '7_open'] as const)
    expect([name, await deploy(name)]).toEqual([name, 'failed']);
  // Without a rehearsal they fail in production.
  await reconfigure('targets:', 'rehearsal: off\n    targets:');
  for (const name of ['2_cast', '3_role', '4_raise', '5_unique'] as const)
    expect([name, await deploy(name)]).toEqual([name, 'rolled-back']);
  said.push(
    await lockkeeper('history'),
    await runCli(['plan'], {
      cwd: project.root,
      env: { ...project.env, LOCKKEEPER_TARGET_URL: `${role.url(database.name)}_no_such` },
    }),
  );
});

test('Temporal knows none of it: payloads, failures, memo, search attributes, details', async () => {
  const { temporal } = project.client;
  const known: unknown[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list({
    query: `WorkflowId = 'migrate/${project.environment}/${project.target}'`,
  })) {
    const handle = temporal.workflow.getHandle(workflowId, runId);
    known.push(
      await handle.fetchHistory(),
      (await handle.describe()).raw,
      await handle.query('__temporal_workflow_metadata').catch(() => null),
    );
  }
  expect(known.length).toBeGreaterThanOrEqual(3 * 8);
  const text = known.map(everyForm).join('\n');
  // That the search can find what is there:
  expect(text).toContain('1_init');
  expect(text).toContain('invalid input syntax for type integer');
  expect(found(text)).toEqual([]);
});

test('what the commands printed holds none of it', () => {
  const text = said.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  expect(text).toContain('2_cast');
  expect(found(text)).toEqual([]);
});

test("the worker's log holds none of it", () => {
  const log = workers.map((each) => each.log()).join('\n');
  expect(log).toContain('Rehearsal');
  expect(found(log)).toEqual([]);
});

test('no command line held any of it', () => {
  expect(commandLines.seen()).toMatch(/pg_dump/);
  expect(found(commandLines.seen())).toEqual([]);
});

test('no file holds any of it, but the backups and the migrations themselves', () => {
  const files = readdirSync(project.root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(project.root, name)).isFile(),
  );
  expect(files.filter((name) => name.endsWith('.meta')).length).toBeGreaterThan(0);
  expect(files.filter((name) => name.startsWith('reports/')).length).toBeGreaterThan(0);
  const hits = files
    .filter((name) => !/^backups\/[^/]+\.dump$/.test(name))
    .flatMap((name) =>
      found(readFileSync(join(project.root, name), 'latin1')).map((hit) => `${relative('.', name)}: ${hit}`),
    );
  expect(hits).toEqual([]);
  expect(
    files
      .filter((name) => /^backups\/|^\.lockkeeper\//.test(name))
      .filter((name) => (statSync(join(project.root, name)).mode & 0o077) !== 0 && !name.endsWith('.dump')),
  ).toEqual([]);
});

test("neither Prisma's history nor ours holds any of it", async () => {
  const { rows } = await database.client.query<{ text: string }>(
    `SELECT to_jsonb(m)::text AS text FROM _prisma_migrations m UNION ALL SELECT to_jsonb(m)::text FROM lockkeeper.marker m UNION ALL SELECT to_jsonb(m)::text FROM lockkeeper.reversal m`,
  );
  expect(rows.length).toBeGreaterThan(0);
  expect(found(rows.map(({ text }) => text).join('\n'))).toEqual([]);
});

test('the last gate takes passwords out of any message, whatever they are made of', () => {
  const said = (message: string): string => (asFailure(new Error(message), 1) as Error).message;
  expect(said('cannot reach postgresql://bob:canary@host/db')).toBe('cannot reach postgresql://bob:***@host/db');
  expect(said('postgres://bob:ca@na:ry@host:5432/db and more')).toBe('postgres://bob:***@host:5432/db and more');
});

test("PostgreSQL's programs are quoted without the SQL and the rows that they show", async () => {
  const file = join(folder, 'broken.sql');
  writeFileSync(file, `CREATE TABLE z (n int);\nCOPY z FROM stdin;\n${CANARY.row}\n\\.\n`);
  const tools = createPgTools(pgBin(''));
  const restore = (sql: string): Promise<unknown> => {
    writeFileSync(file, sql);
    return tools
      .restore({ url: role.url(database.name), database: database.name, file, format: 'plain', jobs: 1 })
      .catch((error: unknown) => error);
  };
  const copied = (await restore(`CREATE TABLE z (n int);\nCOPY z FROM stdin;\n${CANARY.row}\n\\.\n`)) as Error;
  expect(copied.message).toMatch(
    /^\S.*psql ended with exit code 3: psql:.*invalid input syntax for type integer: "…"\.$/,
  );
  const failed = (await restore(`ALTER ROLE nobody_there\n PASSWORD\n '${CANARY.sql}';\n`)) as Error;
  expect(failed.message).toMatch(/role "nobody_there" does not exist\.$/);
  expect(found(copied.message + failed.message)).toEqual([]);
});

function found(text: string): string[] {
  return [...Object.values(CANARY), encodeURIComponent(PASSWORD)]
    .filter((canary) => text.includes(canary))
    .map((canary) => `${canary} in …${text.slice(Math.max(0, text.indexOf(canary) - 200), text.indexOf(canary) + 80)}`);
}

/** Everything in a value as text: bytes decoded, and what is base64 in a text too. */
function everyForm(value: unknown): string {
  const parts: string[] = [];
  const visit = (part: unknown): void => {
    if (part instanceof Uint8Array) parts.push(Buffer.from(part).toString('utf8'));
    else if (typeof part === 'string') parts.push(part, Buffer.from(part, 'base64').toString('utf8'));
    else if (typeof part === 'object' && part !== null) for (const inner of Object.values(part)) visit(inner);
  };
  visit(value);
  return parts.join('\n');
}

interface CommandLines {
  seen(): string;
  stop(): void;
}

/** Samples /proc while the deployments run. */
function watchCommandLines(): CommandLines {
  const lines = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        lines.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        // It ended in between.
      }
    }
  }, 50);
  return { seen: () => [...lines].join('\n'), stop: () => clearInterval(timer) };
}
