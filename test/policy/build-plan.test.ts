import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { buildPlan, type PendingMigration } from '../../src/policy/build-plan';

beforeAll(loadParser);

function migration(name: string, sql: string, hasDownSql = false): PendingMigration {
  return { name, checksum: name.padEnd(64, '0'), sql, statements: parseScript(sql), hasDownSql };
}

function planOf(...migrations: PendingMigration[]): ReturnType<typeof buildPlan> {
  return planAfter({}, ...migrations);
}

/** @param target what it has already; `tables` of a database that was looked at, else the files alone are judged. */
function planAfter(
  { applied = '', tables }: { applied?: string; tables?: Record<string, { rows: number; bytes: number }> },
  ...migrations: PendingMigration[]
): ReturnType<typeof buildPlan> {
  const database = { tables: tables ?? {}, offline: tables === undefined };
  return buildPlan({
    environment: 'test',
    target: 'main',
    applied: [parseScript(applied)],
    migrations,
    database,
    parse: parseScript,
    execution: 'online',
  });
}

const steps = (...migrations: PendingMigration[]): string[][] =>
  planOf(...migrations).steps.map((step) => step.migrations);

const quiet = (name: string): PendingMigration => migration(name, `CREATE TABLE ${name} (id int PRIMARY KEY)`);
const loud = (name: string): PendingMigration => migration(name, `DROP TABLE old_${name}`);
const cut = (name: string): PendingMigration =>
  migration(name, `CREATE TABLE ${name} (id int); CREATE INDEX CONCURRENTLY i_${name} ON ${name} (id)`);

describe('steps', () => {
  test('quiet neighbours share one', () =>
    expect(steps(quiet('a'), quiet('b'), quiet('c'))).toEqual([['a', 'b', 'c']]));
  test('a danger stands alone, and is not stepped over', () =>
    expect(steps(quiet('a'), loud('b'), quiet('c'), quiet('d'))).toEqual([['a'], ['b'], ['c', 'd']]));
  test('more than one segment stands alone', () =>
    expect(steps(quiet('a'), cut('b'), quiet('c'))).toEqual([['a'], ['b'], ['c']]));
  test('a hand-written reversal stands alone', () =>
    expect(steps(quiet('a'), migration('b', 'CREATE TABLE b (id int)', true), quiet('c'))).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ]));

  test('hundreds are cut into steps of a hundred, in order and numbered', () => {
    const many = Array.from({ length: 250 }, (_, at) => quiet(`m${at}`));
    const plan = planOf(...many);
    expect(plan.steps.map((step) => step.migrations.length)).toEqual([100, 100, 50]);
    expect(plan.steps.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(plan.steps.flatMap((step) => step.migrations)).toEqual(many.map(({ name }) => name));
  });
});

test('a plan without migrations is empty', () => {
  expect(planOf()).toMatchObject({
    risk: 'none',
    migrations: [],
    steps: [],
    totals: { tables: 0, columns: 0, indexes: 0, enums: 0, foreignKeys: 0 },
  });
});

test('counts what all of them create', () => {
  const sql = `CREATE TYPE role AS ENUM ('A'); CREATE TABLE u (id int PRIMARY KEY, role role); CREATE INDEX u_role ON u (role)`;
  const { totals } = planOf(migration('a', sql), migration('b', 'ALTER TABLE u ADD COLUMN boss int REFERENCES u (id)'));
  expect(totals).toEqual({ tables: 1, columns: 3, indexes: 1, enums: 1, foreignKeys: 1 });
});

test('tells of each migration its statements, segments and reversal', () => {
  const { migrations } = planOf(cut('a'), migration('b', 'ALTER TABLE a DROP COLUMN id', true));
  expect(migrations).toMatchObject([
    {
      name: 'a',
      checksum: 'a'.padEnd(64, '0'),
      segments: 2,
      statements: [
        { line: 1, transactional: true },
        { line: 1, transactional: false },
      ],
      reversal: { kind: 'inverses' },
    },
    { name: 'b', segments: 1, reversal: { kind: 'down.sql', lossy: true } },
  ]);
});

describe('an index on a table of an earlier migration', () => {
  const orders = 'CREATE TABLE orders (id int PRIMARY KEY)';
  const index = (): PendingMigration => migration('b', 'CREATE INDEX i ON orders (id)');
  const hazards = (plan: ReturnType<typeof buildPlan>): string[] =>
    plan.migrations.at(-1)?.hazards.map(({ id }) => id) ?? [];
  const large = { 'public.orders': { rows: 40_000_000, bytes: 9e9 } };

  test('blocks the writers of one that is there', () =>
    expect(hazards(planAfter({ applied: orders, tables: large }, index()))).toContain('index-not-concurrent'));
  test('blocks nobody while the same deployment makes it', () =>
    expect(hazards(planAfter({ tables: {} }, migration('a', orders), index()))).not.toContain('index-not-concurrent'));
  test('may block somebody, for all that the files tell', () =>
    expect(hazards(planOf(migration('a', orders), index()))).toContain('index-not-concurrent'));
});

describe('DROP TABLE IF EXISTS of what no file makes', () => {
  const made = (): PendingMigration => migration('a', 'CREATE TABLE orders (id int PRIMARY KEY)');
  const drop = (): PendingMigration => migration('drop', 'DROP TABLE IF EXISTS gone');
  const unknown = (): PendingMigration => migration('c', 'ALTER TABLE elsewhere ADD COLUMN x int');
  const locks = (...migrations: PendingMigration[]): string[] =>
    planOf(...migrations)
      .migrations.filter(({ name }) => name === 'drop')
      .flatMap(({ statements }) => statements.flatMap((statement) => statement.locks.map(({ mode }) => mode)));

  test('passes over it where the files tell of all that there is', () => expect(locks(made(), drop())).toEqual([]));
  test('may meet it where a later file knows of more', () =>
    expect(locks(made(), drop(), unknown())).toEqual(['AccessExclusiveLock']));
  test('may meet it where an earlier file does', () =>
    expect(locks(made(), unknown(), drop())).toEqual(['AccessExclusiveLock']));
  test('may meet it where no file makes anything', () => expect(locks(drop())).toEqual(['AccessExclusiveLock']));
});

test('a function that binds the transaction does so wherever the file calls it', () => {
  const plan = planOf(
    migration(
      'a',
      "ALTER TABLE orders ADD COLUMN x text DEFAULT set_config('a.b', '', true); CREATE INDEX i ON orders (x)",
    ),
    migration('b', 'ALTER TABLE orders ALTER COLUMN y TYPE text USING pg_advisory_xact_lock(1)::text'),
    migration('c', 'CREATE INDEX j ON orders (x)'),
  );
  expect(plan.migrations.map(({ form }) => form.execution)).toEqual(['as-written', 'as-written', 'online']);
});

describe('what earlier migrations of the deployment rename', () => {
  const found = ({ migrations }: ReturnType<typeof buildPlan>, at: number): string[] =>
    migrations[at]?.hazards.filter(({ severity }) => severity !== 'info').map(({ id }) => id) ?? [];
  const applied = 'CREATE TABLE "Vote" (id int PRIMARY KEY, at timestamptz); CREATE TYPE "Kind" AS ENUM (\'A\')';
  const tables = { 'public.Vote': { rows: 40_000_000, bytes: 9e9 } };
  const rename = (): PendingMigration => migration('a', 'ALTER TABLE "Vote" RENAME TO votes');

  test('is as large and as busy under its new name', () => {
    const index = migration('b', 'CREATE INDEX votes_at ON votes (at)');
    const plan = planAfter({ applied, tables }, rename(), index);
    expect(found(plan, 1)).toEqual(['index-not-concurrent']);
    expect(plan.migrations[1]?.form.blocking).toMatchObject([{ online: true }]);
  });

  test('harms no running version where they made it', () => {
    const plan = planAfter(
      { tables: {} },
      migration('a', `${applied}; CREATE TABLE other (id int PRIMARY KEY, gone int)`),
      migration(
        'b',
        'ALTER TABLE "Vote" RENAME TO votes; ALTER TYPE "Kind" RENAME TO kind; ALTER TABLE votes DROP COLUMN at, ADD COLUMN at timestamptz; ALTER TABLE other ADD COLUMN gone2 int',
      ),
      migration('c', 'ALTER TABLE votes DROP COLUMN at; ALTER TABLE other DROP COLUMN gone'),
      migration('d', "ALTER TYPE kind RENAME VALUE 'A' TO 'B'; CREATE INDEX i ON votes (id)"),
    );
    expect([1, 2, 3].flatMap((at) => found(plan, at))).toEqual([]);
    expect(plan.risk).toBe('low');
  });

  test('is a new table once another was made under the old name', () => {
    const anew = migration('b', 'CREATE TABLE "Vote" (id int PRIMARY KEY); CREATE INDEX v ON "Vote" (id)');
    const later = migration('c', 'CREATE INDEX w ON "Vote" (id); CREATE INDEX x ON votes (id)');
    expect(found(planAfter({ applied, tables }, rename(), anew, later), 2)).toEqual(['index-not-concurrent']);
  });

  test('breaks the running version where it was there', () => {
    const plan = planAfter({ applied, tables }, migration('a', 'ALTER TYPE "Kind" RENAME TO kind'));
    expect(found(plan, 0)).toEqual(['rename-type']);
  });
});

test('columns of tables that an earlier migration of the deployment makes are added side by side with old ones', () => {
  const plan = planAfter(
    { applied: 'CREATE TABLE old (id int)', tables: { 'public.old': { rows: 5e6, bytes: 1e9 } } },
    migration('a', 'CREATE TABLE fresh (id int)'),
    migration(
      'b',
      'ALTER TABLE fresh ADD COLUMN x text; ALTER TABLE old ADD COLUMN y text; CREATE INDEX i ON fresh (x)',
    ),
  );
  expect(plan.migrations[1]?.hazards).toEqual([]);
});
