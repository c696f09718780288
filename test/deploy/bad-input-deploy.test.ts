/** Bad input that a worker meets, or that only a deployment can have; the commands around one that is not as expected. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRISMA_LOCK_ID } from '../../src/adapters/migration-lock';
import type { DeploymentRef } from '../../src/client';
import type { DeploymentStatus } from '../../src/contract';
import { runCli, spawnCli, type CliRun } from '../support/cli';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { testProject, type TestProject } from '../support/project';
import { testRole, type TestRole } from '../support/role';
import { until } from '../support/until';
import { witness } from '../support/untouched';

let database: TestDatabase;
let owner: TestRole;
let migrations: string;
/** PostgreSQL's programs as the worker finds them; a test may put another pg_dump there. */
let bin: string;
const REAL_BIN = process.env['LOCKKEEPER_PG_BIN'];
const PG_DUMP = pgBin('pg_dump');

beforeAll(async () => {
  owner = await testRole('CREATEDB');
  database = await testDatabase();
  await database.client.query(`ALTER DATABASE ${database.name} OWNER TO ${owner.name}`);
  bin = mkdtempSync(join(tmpdir(), 'lockkeeper bin '));
  for (const program of ['initdb', 'pg_ctl', 'postgres', 'psql', 'pg_dump', 'pg_restore'])
    symlinkSync(pgBin(program), join(bin, program));
  process.env['LOCKKEEPER_PG_BIN'] = bin;
});
afterAll(async () => {
  process.env['LOCKKEEPER_PG_BIN'] = REAL_BIN;
  await database.drop();
  await owner.drop();
  rmSync(bin, { recursive: true });
});
beforeEach(() => {
  migrations = mkdtempSync(join(tmpdir(), 'lockkeeper migrations '));
  writeFileSync(join(migrations, 'schema.prisma'), 'datasource db {\n  provider = "postgresql"\n}\n');
  migration('1_init', 'CREATE TABLE a (id int);\n');
});
afterEach(() => rmSync(migrations, { recursive: true }));

describe('a deployment', () => {
  let project: TestProject;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lockkeeper link '));
    const link = join(folder, 'migrations');
    project = await testProject({
      url: owner.url(database.name),
      migrations: link,
      schema: join(link, 'schema.prisma'),
    });
    await project.startWorker();
  });
  afterAll(async () => {
    await project.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    symlinkSync(migrations, join(folder, 'migrations'));
    project.env['LOCKKEEPER_TARGET_URL'] = owner.url(database.name);
  });
  afterEach(() => rmSync(join(folder, 'migrations'), { force: true }));

  interface Case {
    name: string;
    arrange?: () => unknown;
    exit: number;
    status: string;
    says: RegExp;
  }
  const CASES: Case[] = [
    {
      name: 'whose folder of migrations is not there',
      arrange: () => rmSync(join(folder, 'migrations')),
      exit: 1,
      status: 'failed',
      says: /^No migrations folder at .*; set project\.migrations in lockkeeper\.yaml\. Nothing was migrated\.$/,
    },
    {
      name: 'of SQL that does not parse',
      arrange: () => migration('2_typo', 'CREATE TABEL b (id int);'),
      exit: 1,
      status: 'failed',
      says: /^2_typo\/migration\.sql, line 1, column 8: syntax error at or near "TABEL"\. Nothing was migrated\.$/,
    },
    {
      name: 'of a transaction that is left open',
      arrange: () => migration('2_begin', 'BEGIN;\nCREATE TABLE b (id int);'),
      exit: 1,
      status: 'failed',
      says: /^2_begin\/migration\.sql, line 1: BEGIN without COMMIT; .*\. Nothing was migrated\.$/,
    },
    {
      name: 'of an empty file',
      arrange: () => migration('2_empty', ''),
      exit: 1,
      status: 'failed',
      says: /^2_empty\/migration\.sql is empty; .*\. Nothing was migrated\.$/,
    },
    {
      name: 'that the worker has no URL for',
      arrange: () => delete project.env['LOCKKEEPER_TARGET_URL'],
      exit: 2,
      status: 'failed',
      says: /^On the worker: LOCKKEEPER_TARGET_URL is not set: .*\. Nothing was migrated\.$/,
    },
    {
      name: 'with a wrong password',
      arrange: () => urlWith((url) => (url.password = 'wrong')),
      exit: 2,
      status: 'failed',
      says: /^PostgreSQL at .*: the password of user role_\w+ was refused\. Nothing was migrated\.$/,
    },
    {
      name: 'of a server that is not there',
      arrange: () => urlWith((url) => (url.port = '1')),
      exit: 2,
      status: 'failed',
      says: /^PostgreSQL at .*:1 cannot be reached: nothing listens there\. Nothing was migrated\.$/,
    },
    {
      name: 'of a database that does not exist',
      arrange: () => urlWith((url) => (url.pathname = '/no_such_db')),
      exit: 2,
      status: 'failed',
      says: /^PostgreSQL at .*: database no_such_db does not exist\. Nothing was migrated\.$/,
    },
    {
      name: 'with a pg_dump older than the server',
      arrange: () => pgDump('#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24"\n'),
      exit: 7,
      status: 'blocked',
      says: /A backup can be taken: pg_dump 9 is older than the server \(\d+\); install client tools \d+ or newer\.$/,
    },
    {
      name: 'with a pg_dump that went missing',
      arrange: () => pgDump(null),
      exit: 7,
      status: 'blocked',
      says: /A backup can be taken: pg_dump was not found; run "lockkeeper doctor"\.$/,
    },
  ];
  test.each(CASES)('$name', async ({ arrange, exit, status, says }) => {
    const before = await witness(database.name, owner.name, project.root);
    try {
      await arrange?.();
      await refused(exit, status, says);
      await before.confirm();
    } finally {
      pgDump(PG_DUMP);
    }
  });

  test('whose role may not create schemas', () =>
    withRole('CREATEDB', ['CREATE ON SCHEMA public'], (role) =>
      refused(
        7,
        'blocked',
        new RegExp(`Role ${role.name} may not create schema lockkeeper; grant CREATE on the database to it\\.$`),
      ),
    ));

  test('whose role may not create tables', () =>
    withRole('CREATEDB', ['CREATE ON DATABASE'], (role) =>
      refused(
        7,
        'blocked',
        new RegExp(`Role ${role.name} may not create tables in schema public; grant CREATE on the schema to it\\.$`),
      ),
    ));

  test('whose role may not create the scratch database', () =>
    withRole('', ['CREATE ON DATABASE', 'CREATE ON SCHEMA public'], (role) =>
      refused(
        7,
        'blocked',
        new RegExp(
          `Role ${role.name} may not create the scratch database of the rehearsal; grant CREATEDB or set rehearsal: off\\.$`,
        ),
      ),
    ));

  test("while somebody holds Prisma's migration lock: it names them, and nobody is left waiting", async () => {
    const before = await relations();
    await database.client.query(`SET application_name = 'prisma of bob'; SELECT pg_advisory_lock(${PRISMA_LOCK_ID})`);
    try {
      const { outcome } = await deploy(4);
      expect(outcome).toMatchObject({
        status: 'rolled-back',
        failure: { phase: 'migrate', type: 'MigrationLockHeld' },
      });
      expect(outcome?.summary).toMatch(
        /^Session \d+ \(prisma of bob, user lockkeeper\) holds Prisma's migration lock; wait for it or end it, and try again\. /,
      );
      const { rows } = await database.client.query(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${PRISMA_LOCK_ID} AND pid <> pg_backend_pid()
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(rows).toEqual([]);
      expect(await relations()).toEqual(before);
      expect(await sessions()).toEqual([]);
    } finally {
      await database.client.query('SELECT pg_advisory_unlock_all()');
    }
  });

  function urlWith(change: (url: URL) => void): void {
    const url = new URL(owner.url(database.name));
    change(url);
    project.env['LOCKKEEPER_TARGET_URL'] = url.toString();
  }

  /** Deploys through the CLI; its answer. */
  async function deploy(exit: number): Promise<DeploymentStatus> {
    const { code, stdout, stderr } = await runCli(['deploy', '--json'], { cwd: project.root, env: project.env });
    expect({ code, stderr: code === exit ? '' : stderr }).toEqual({ code: exit, stderr: '' });
    return (JSON.parse(stdout) as { status: DeploymentStatus }).status;
  }

  async function refused(exit: number, status: string, says: RegExp): Promise<void> {
    const { outcome, backup } = await deploy(exit);
    expect(outcome?.summary).toMatch(says);
    expect(outcome?.status).toBe(status);
    expect(backup).toBeNull();
  }

  /** Another role in a database that is not its own. */
  async function withRole(rights: string, grants: string[], use: (role: TestRole) => Promise<void>): Promise<void> {
    const [role, other] = await Promise.all([testRole(rights), testDatabase()]);
    try {
      for (const grant of grants)
        await other.client.query(
          `GRANT ${grant.endsWith('DATABASE') ? `${grant} ${other.name}` : grant} TO ${role.name}`,
        );
      project.env['LOCKKEEPER_TARGET_URL'] = role.url(other.name);
      const before = await witness(other.name, role.name, project.root);
      await use(role);
      await before.confirm();
    } finally {
      await other.drop();
      await role.drop();
    }
  }

  async function relations(): Promise<string[]> {
    const { rows } = await database.client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  async function sessions(): Promise<string[]> {
    const { rows } = await database.client.query<{ name: string }>(
      'SELECT application_name AS name FROM pg_stat_activity WHERE usename = $1',
      [owner.name],
    );
    return rows.map(({ name }) => name);
  }
});

describe('with approval', () => {
  let project: TestProject;
  let ref: DeploymentRef;
  const as = (user: string, ...argv: string[]): Promise<CliRun> =>
    runCli(argv, { cwd: project.root, env: { ...project.env, LOCKKEEPER_USER: user } });

  beforeAll(async () => {
    // Its files outlive the tests: the deployment runs across them.
    const folder = mkdtempSync(join(tmpdir(), 'lockkeeper migrations '));
    mkdirSync(join(folder, '1_init'));
    writeFileSync(join(folder, '1_init', 'migration.sql'), 'CREATE TABLE b (id int);\n');
    writeFileSync(join(folder, 'schema.prisma'), 'datasource db {\n  provider = "postgresql"\n}\n');
    project = await testProject({
      url: owner.url(database.name),
      migrations: folder,
      schema: join(folder, 'schema.prisma'),
      environment: { approvals: { required: 1 } },
    });
  });
  afterAll(async () => {
    await project.close();
    rmSync(project.config.migrationsDir, { recursive: true });
  });

  test('an id that does not exist is said to be unknown, by every command', async () => {
    for (const argv of [
      ['status'],
      ['watch'],
      ['approve', '--yes'],
      ['reject', '--yes', '--reason', 'x'],
      ['abort', '--yes'],
      ['rollback', '--yes'],
      ['report'],
    ]) {
      const [command = '', ...options] = argv;
      const { code, stderr, stdout } = await as('alice', command, '20200101-000000-dead', ...options);
      expect([command, code, stdout, stderr]).toEqual([
        command,
        2,
        '',
        'lockkeeper: No deployment 20200101-000000-dead; "lockkeeper history" lists them.\n',
      ]);
    }
  });

  test('there is no deployment yet', async () => {
    expect(await as('alice', 'status')).toMatchObject({
      code: 2,
      stderr: `lockkeeper: There is no deployment of test/${project.target} yet; start one with "lockkeeper deploy".\n`,
    });
  });

  test('without a worker it is said within 10 s; with one it goes on', async () => {
    const startedAt = Date.now();
    const { code, stderr } = await as('alice', 'deploy', '--no-input');
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /lockkeeper: No worker answers on task queue \S+; start one with "lockkeeper worker"\. Deployment [\w-]+ is safe: it goes on when a worker is there\. Come back with "lockkeeper watch [\w-]+"\. Temporal UI: http\S+\n$/,
    );
    ref = (await project.client.latest(project.environment, project.target))!;
    expect(ref.state).toBe('RUNNING');
    await project.startWorker();
    expect(await as('alice', 'watch', ref.deploymentId, '--no-wait')).toMatchObject({
      code: 5,
      stdout: expect.stringContaining('waiting for 1 approval from somebody other than alice') as string,
    });
  });

  test('a second deployment is refused, and told of the first', async () => {
    const { code, stderr } = await as('bob', 'deploy');
    expect(stderr).toMatch(
      new RegExp(
        `^lockkeeper: Deployment ${ref.deploymentId} of test/${project.target} is still open \\(started by alice at \\S+\\); watch it with "lockkeeper watch ${ref.deploymentId}" or end it with "lockkeeper abort ${ref.deploymentId}"\\.\\n$`,
      ),
    );
    expect(code).toBe(2);
    expect(await as('bob', 'rollback', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is still open; end it with/) as string,
    });
  });

  test('the requester cannot approve', async () => {
    const { code, stderr } = await as('alice', 'approve', '--yes');
    expect(stderr).toMatch(/\nlockkeeper: alice asked for this deployment and cannot approve it\.\n$/);
    expect(code).toBe(3);
  });

  test('a decision signed with another key is refused', async () => {
    const env = { ...project.env, LOCKKEEPER_USER: 'mallory', LOCKKEEPER_SIGNING_KEY: 'k'.repeat(64) };
    const { code, stderr } = await runCli(['approve', '--yes'], { cwd: project.root, env });
    expect(stderr).toMatch(
      /\nlockkeeper: The decision is not signed by a Lockkeeper client that shares the worker's key\.\n$/,
    );
    expect(code).toBe(3);
    await runCli(['abort', '--yes'], { cwd: project.root, env });
    const refusedAbort = await until('the abort is in the audit trail', async () =>
      (await project.client.status(ref)).audit.find(({ verdict }) => verdict === 'abort'),
    );
    expect(refusedAbort).toMatchObject({ accepted: false, person: { name: 'mallory' } });
    expect((await project.client.status(ref)).outcome).toBeNull();
  });

  test('a key that is too short is refused before anything is sent', async () => {
    const { code, stderr } = await runCli(['approve', '--yes'], {
      cwd: project.root,
      env: { ...project.env, LOCKKEEPER_SIGNING_KEY: 'short' },
    });
    expect([code, stderr]).toEqual([
      2,
      'lockkeeper: The signing key has 5 characters; it needs at least 32. Set LOCKKEEPER_SIGNING_KEY.\n',
    ]);
  });

  test('nobody is asked where nobody sits', async () => {
    expect(await as('bob', 'approve', '--no-input')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Nobody can be asked here to confirm; add --yes to approve it\.\n$/) as string,
    });
  });

  test('once approved there is nothing left to approve', async () => {
    expect(await as('bob', 'approve', '--yes')).toMatchObject({ code: 0 });
    expect(await as('bob', 'watch')).toMatchObject({ code: 0 });
    const { code, stderr } = await as('carol', 'approve', '--yes');
    expect(stderr).toMatch(
      new RegExp(
        `^lockkeeper: Deployment ${ref.deploymentId} does not wait for a decision: it ended \\(deployed\\)\\. Temporal UI: http\\S+\\n$`,
      ),
    );
    expect(code).toBe(3);
    expect(await as('carol', 'abort', '--yes')).toMatchObject({
      code: 2,
      stderr: `lockkeeper: Deployment ${ref.deploymentId} has ended; to undo it run "lockkeeper rollback ${ref.deploymentId}".\n`,
    });
    expect(await spawnCli(['status', ref.deploymentId], { cwd: project.root, env: project.env })).toMatchObject({
      code: 0,
    });
  });
});

function migration(name: string, sql: string): void {
  mkdirSync(join(migrations, name), { recursive: true });
  writeFileSync(join(migrations, name, 'migration.sql'), sql);
}

/** A script, a path to link to, or null for none. */
function pgDump(what: string | null): void {
  const file = join(bin, 'pg_dump');
  rmSync(file, { force: true });
  if (what?.startsWith('#!')) {
    writeFileSync(file, what);
    chmodSync(file, 0o755);
  } else if (what !== null) {
    symlinkSync(what, file);
  }
}
