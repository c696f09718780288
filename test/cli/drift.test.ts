/** A schema that somebody changed by hand, as `lockkeeper plan` tells it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FullPlan } from '../../src/policy/plan';
import { testDatabase, type TestDatabase } from '../support/database';
import { testRole, type TestRole } from '../support/role';
import { project } from './project';
import { lockkeeper, type Ran } from './terminal';

const CONFIG = `
environments:
  development: { protected: false, backup: { enabled: false }, targets: { main: { urlEnv: URL } } }
  production: { backup: { enabled: false }, targets: { main: { urlEnv: URL } } }
`;
const MODEL = 'datasource db {\n  provider = "postgresql"\n}\n';

let database: TestDatabase;
let cwd: string;

function run(...argv: string[]): Promise<Ran> {
  return lockkeeper(argv, { cwd, env: { ...process.env, URL: database.url } });
}

async function planned(environment: string): Promise<{ code: number; plan: FullPlan; check: string }> {
  const { code, stdout } = await run('plan', '--env', environment, '--json');
  const plan = JSON.parse(stdout) as FullPlan;
  return { code, plan, check: plan.checklist.find(({ id }) => id === 'no-drift')?.status ?? '' };
}

beforeEach(async () => {
  database = await testDatabase();
  cwd = project({
    'lockkeeper.yaml': CONFIG,
    'prisma/schema.prisma': `${MODEL}model user {\n  id   BigInt @id\n  name String?\n}\n`,
    'prisma/migrations/1_init/migration.sql':
      'CREATE TABLE "user" ("id" BIGINT NOT NULL, "name" TEXT, PRIMARY KEY ("id"));',
    // Such a file cannot run in one transaction.
    'prisma/migrations/2_index/migration.sql':
      'CREATE INDEX CONCURRENTLY "user_name" ON "user" ("name"); DROP INDEX CONCURRENTLY "user_name";',
  });
  expect((await run('migrate', 'dev', '--env', 'development')).code).toBe(0);
});
afterEach(() => database.drop());

test('none: the check passes, and no scratch database stays', async () => {
  const { code, plan, check } = await planned('production');
  expect({ code, check, drift: plan.drift }).toEqual({
    code: 0,
    check: 'pass',
    drift: { sql: null, statements: 0, unknown: null },
  });
  const { rows } = await database.client.query("SELECT FROM pg_database WHERE datname LIKE 'lockkeeper_scratch_plan%'");
  expect(rows).toEqual([]);
});

test('a change by hand stops production, and is printed as SQL', async () => {
  await database.client.query(
    'ALTER TABLE "user" ADD COLUMN "byHand" INTEGER; CREATE INDEX "byHand_idx" ON "user" ("name")',
  );
  const { code, plan, check } = await planned('production');
  expect({ code, check, statements: plan.drift?.statements }).toEqual({ code: 7, check: 'fail', statements: 2 });
  expect(plan.drift?.sql).toContain('ADD COLUMN     "byHand" INTEGER');
  const { stdout } = await run('plan', '--env', 'production');
  expect(stdout).toMatch(/Drift: what was run by hand, as SQL[^]*CREATE INDEX "byHand_idx"/);
});

test('an answer is given again while nothing has changed, and only so long', async () => {
  const cache = join(cwd, 'cache');
  const env = { ...process.env, URL: database.url, LOCKKEEPER_CACHE: cache };
  const drift = async (): Promise<FullPlan['drift']> => {
    const { stdout } = await lockkeeper(['plan', '--env', 'production', '--json'], { cwd, env });
    return (JSON.parse(stdout) as FullPlan).drift;
  };
  const none = { sql: null, statements: 0, unknown: null };
  expect(await drift()).toEqual(none);
  const [file = ''] = readdirSync(join(cache, 'drift'));
  const path = join(cache, 'drift', file);
  // What no replay would answer tells that there was none.
  const kept = {
    ...(JSON.parse(readFileSync(path, 'utf8')) as object),
    drift: { ...none, sql: 'kept', statements: 1 },
  };
  writeFileSync(path, JSON.stringify(kept));
  expect((await drift())?.sql).toBe('kept');
  await database.client.query('ALTER TABLE "user" ADD COLUMN "byHand" INTEGER');
  expect((await drift())?.sql).toMatch(/byHand/);
  await database.client.query('ALTER TABLE "user" DROP COLUMN "byHand"');
  expect(await drift()).toEqual(none);
  writeFileSync(path, '{"of"');
  expect(await drift()).toEqual(none);
});

test('--checklist ticks what passed, and leaves the rest to people', async () => {
  await database.client.query('ALTER TABLE "user" ADD COLUMN "byHand" INTEGER');
  const { code, stdout } = await run('plan', '--env', 'production', '--checklist');
  expect(code).toBe(7);
  expect(stdout).toMatch(/^- \[x\] Migration history is clean and in order: 2 applied/m);
  expect(stdout).toMatch(/^- \[ \] The schema is what its migrations make: \*\*fail\*\* /m);
  expect(stdout).toMatch(/^Environment\/target {3}production\/main$/m);
  expect((await run('plan', '--offline', '--checklist')).code).toBe(2);
});

test('where developers work it warns', async () => {
  await database.client.query('DROP TABLE "user"');
  const { code, plan, check } = await planned('development');
  expect({ code, check, sql: plan.drift?.sql }).toEqual({
    code: 0,
    check: 'warn',
    sql: expect.stringMatching(/DROP TABLE .*"user"/) as string,
  });
});

/** What stands in the catalogs that all databases share. */
async function shared(role: string): Promise<unknown> {
  const { rows } = await database.client.query(
    `SELECT (SELECT rolconnlimit FROM pg_roles WHERE rolname = $1) AS "limit",
            (SELECT datacl::text FROM pg_database WHERE datname = current_database()) AS rights,
            (SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = current_database()) AS settings`,
    [role],
  );
  return rows[0];
}

describe('applied migrations that reach beyond the database', () => {
  let role: TestRole;
  const file = 'prisma/migrations/3_beyond/migration.sql';

  beforeEach(async () => {
    role = await testRole();
  });
  afterEach(async () => {
    await database.client.query(`DROP OWNED BY ${role.name}`);
    await role.drop();
  });

  async function apply(sql: string): Promise<void> {
    mkdirSync(join(cwd, file, '..'), { recursive: true });
    writeFileSync(join(cwd, file), sql);
    expect((await run('migrate', 'dev', '--env', 'development')).code).toBe(0);
  }

  test('are not replayed: what was set by hand since stays', async () => {
    await apply(`ALTER ROLE ${role.name} CONNECTION LIMIT 5;
ALTER DATABASE ${database.name} SET statement_timeout = '1s';
GRANT CREATE ON DATABASE ${database.name} TO ${role.name};
DO $$ BEGIN ALTER ROLE ${role.name} NOLOGIN; END $$;
GRANT SELECT ON "user" TO ${role.name};`);
    await database.client.query(`ALTER ROLE ${role.name} CONNECTION LIMIT 100;
ALTER DATABASE ${database.name} SET statement_timeout = '30s';
REVOKE CREATE ON DATABASE ${database.name} FROM ${role.name}`);
    const before = await shared(role.name);
    const { code, plan, check } = await planned('production');
    expect({ code, check, drift: plan.drift }).toEqual({
      code: 0,
      check: 'pass',
      drift: { sql: null, statements: 0, unknown: null },
    });
    expect(await shared(role.name)).toEqual(before);
  });

  test('and that may change tables leave a difference unexplained', async () => {
    await apply(
      `DO $$ BEGIN ALTER ROLE ${role.name} NOLOGIN; ALTER TABLE "user" ADD COLUMN "by_block" INTEGER; END $$;`,
    );
    const { code, plan, check } = await planned('production');
    expect({ code, check, sql: plan.drift?.sql }).toEqual({ code: 0, check: 'warn', sql: null });
    expect(plan.drift?.unknown).toMatch(/left out what reaches beyond .*: 3_beyond, line 1 \(ALTER ROLE\)$/);
  });
});
