/** How a file is executed: which of its statements block others, and the segments that come of it. */
import type { ExecutionForm } from '../../src/contract';
import { loadParser, parseScript, type ParsedStatement } from '../../src/adapters/sql-parser';
import { buildPlan } from '../../src/policy/build-plan';
import type { MigrationPlan } from '../../src/policy/plan';
import { segmentsOf } from '../../src/policy/segments';
import { BEFORE, REFUSED, REWRITES } from './online-forms';

beforeAll(loadParser);

const APPLIED = `
  CREATE TABLE "User" (id int PRIMARY KEY, name text);
  CREATE TABLE orders (id int PRIMARY KEY, user_id int);
  CREATE INDEX orders_user ON orders (user_id);
  CREATE TABLE empty (id int);`;
const TABLES = {
  'public.User': { rows: 1000, bytes: 1e6 },
  'public.orders': { rows: 5e6, bytes: 1e9 },
  'public.empty': { rows: 0, bytes: 8192 },
};

interface Setting {
  execution?: ExecutionForm['execution'];
  offline?: boolean;
  applied?: string;
}

const formOf = (sql: string, setting?: Setting): ExecutionForm => migrationOf(sql, setting).form;

function migrationOf(sql: string, setting: Setting = {}): MigrationPlan {
  const { execution = 'online', applied = APPLIED, offline = applied !== APPLIED } = setting;
  const { migrations } = buildPlan({
    environment: 'test',
    target: 'main',
    applied: [parseScript(applied)],
    migrations: [{ name: 'm', checksum: 'c'.repeat(64), sql, statements: parseScript(sql), hasDownSql: false }],
    database: { tables: offline ? {} : TABLES, offline },
    parse: parseScript,
    execution,
  });
  const [plan] = migrations;
  if (!plan) throw new Error('no plan');
  return plan;
}

/** `kind: statement; statement @ relation mode`, one a segment. */
function cut(sql: string, setting?: Setting): string[] {
  return segmentsOf(parseScript(sql), formOf(sql, setting)).map(({ kind, statements, locks }) =>
    [
      `${kind}: ${statements.map(({ text }) => text).join('; ')}`,
      ...locks.map(({ relation, mode }) => `@ ${relation} ${mode.replace(/Lock$/, '')}`),
    ].join(' '),
  );
}

const QUICK = 'ALTER TABLE empty ADD COLUMN a int';
const ADD = 'ALTER TABLE "User" ADD COLUMN age int';

test('a statement that blocks writers of a busy table is a segment of its own', () => {
  expect(cut(`CREATE TABLE t (id int); ${ADD}; SELECT 1; SELECT 2`)).toEqual([
    'transaction: CREATE TABLE t (id int)',
    `transaction: ${ADD} @ "public"."User" AccessExclusive`,
    'transaction: SELECT 1; SELECT 2',
  ]);
});

test('as written, a transaction tells of all its locks, the strongest of each table', () => {
  const drop = 'CREATE TRIGGER a AFTER INSERT ON "User" EXECUTE FUNCTION f()';
  expect(cut(`${drop}; ${ADD}; SELECT 1`, { execution: 'as-written' })).toEqual([
    `transaction: ${drop}; ${ADD}; SELECT 1 @ "public"."User" AccessExclusive`,
  ]);
});

test.each([
  ['as-written', 'online', '-- lockkeeper: execution as-written'],
  ['online', 'as-written', '  -- Lockkeeper: execution ONLINE'],
] as const)('a comment says %s where the environment says %s', (wanted, execution, comment) => {
  expect(formOf(`SELECT 1;\n${comment}\n${ADD}`, { execution }).execution).toBe(wanted);
});

test("the file's own transaction stays as it is, and tells of its locks", () => {
  expect(cut(`BEGIN; ${ADD}; COMMIT`)).toEqual([
    `own-transaction: BEGIN; ${ADD}; COMMIT @ "public"."User" AccessExclusive`,
  ]);
});

test.each([
  ['a table that the file makes', 'CREATE TABLE t (id int); ALTER TABLE t ADD COLUMN a int'],
  ['a lock that writers do not feel', 'INSERT INTO "User" VALUES (1); COMMENT ON TABLE "User" IS \'people\''],
])('%s is nobody’s concern', (_, sql) => {
  expect(cut(sql)).toEqual([`transaction: ${sql}`]);
  expect(formOf(sql)).toMatchObject({ busy: [], blocking: [] });
});

describe('what has no rows may have its readers all the same', () => {
  const before = `${APPLIED} CREATE VIEW names AS SELECT name FROM "User"; CREATE MATERIALIZED VIEW totals AS SELECT 1 AS n;`;
  const view = 'CREATE OR REPLACE VIEW names AS SELECT name, id FROM "User"';
  const refresh = 'REFRESH MATERIALIZED VIEW totals';
  const cutBehind = (sql: string): string[] => cut(sql, { applied: before, offline: false });

  test('its lock is looked out for, in the transaction of its neighbours', () => {
    expect(cutBehind(`${QUICK}; CREATE TABLE t (id int); ${view}`)).toEqual([
      `transaction: ${QUICK}; CREATE TABLE t (id int); ${view} @ "public"."empty" AccessExclusive @ "public"."names" AccessExclusive`,
    ]);
  });

  test('its lock does not last as long as rows that are written or a constraint that is validated', () => {
    expect(cutBehind(`${QUICK}; ${view}; UPDATE "User" SET name = name`)).toEqual([
      `transaction: ${QUICK} @ "public"."empty" AccessExclusive`,
      `transaction: ${view} @ "public"."names" AccessExclusive`,
      'transaction: UPDATE "User" SET name = name',
    ]);
    expect(cutBehind(`${QUICK}; ALTER TABLE orders VALIDATE CONSTRAINT c`)).toHaveLength(2);
  });

  test('a materialized view is shut for as long as its query lasts', () => {
    expect(cutBehind(`CREATE TABLE t (id int); ${refresh}`)).toEqual([
      'transaction: CREATE TABLE t (id int)',
      `transaction: ${refresh} @ "public"."totals" AccessExclusive`,
    ]);
    expect(formOf(refresh.replace('VIEW', 'VIEW CONCURRENTLY'), { applied: before, offline: false }).busy).toEqual([]);
  });

  test('no online form is needed', () => {
    expect(cut('CREATE INDEX i ON empty (id)')).toEqual([
      'transaction: CREATE INDEX i ON empty (id) @ "public"."empty" Share',
    ]);
  });

  test('unless the deployment makes it', () => {
    const { migrations } = buildPlan({
      environment: 'test',
      target: 'main',
      applied: [parseScript(APPLIED)],
      migrations: [
        'CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE t (id int)',
        'CREATE OR REPLACE VIEW v AS SELECT 2 AS a; ALTER TABLE t ADD COLUMN b int',
      ].map((sql, place) => ({
        name: `m${place}`,
        checksum: 'c'.repeat(64),
        sql,
        statements: parseScript(sql),
        hasDownSql: false,
      })),
      database: { tables: TABLES, offline: false },
      parse: parseScript,
      execution: 'online',
    });
    expect(migrations.map(({ form }) => form.busy)).toEqual([[], []]);
  });
});

test('a new table is felt as soon as a busy one refers to it, whoever has no row there yet', () => {
  const made = 'CREATE TABLE tags (id int PRIMARY KEY); ALTER TABLE tags ADD COLUMN a int';
  const refers = 'ALTER TABLE orders ADD COLUMN tag int REFERENCES tags';
  expect(cut(`${made}; ${refers}; ALTER TABLE tags ADD COLUMN b int; CREATE INDEX i ON tags (b)`)).toEqual([
    `transaction: ${made}`,
    `transaction: ${refers} @ "public"."orders" AccessExclusive`,
    'transaction: ALTER TABLE tags ADD COLUMN b int @ "public"."tags" AccessExclusive',
    'transaction: CREATE INDEX i ON tags (b)',
  ]);
});

test('a table keeps its rows under another name', () => {
  const rename = 'ALTER TABLE "User" RENAME TO people';
  expect(cut(`${rename}; ALTER TABLE people ADD COLUMN a int`)).toEqual([
    `transaction: ${rename} @ "public"."User" AccessExclusive`,
    'transaction: ALTER TABLE people ADD COLUMN a int @ "public"."people" AccessExclusive',
  ]);
});

test('from the files alone every earlier table counts as busy', () => {
  const sql = 'ALTER TABLE empty ADD COLUMN a int; CREATE TABLE t (id int); ALTER TABLE t ADD COLUMN a int';
  expect(formOf(sql, { offline: true }).busy).toEqual(['"public"."empty"']);
});

test('a foreign key of a new table blocks the writers of the busy one it points at', () => {
  const key = 'CREATE TABLE t (id int REFERENCES orders (id))';
  expect(cut(key)).toEqual([`transaction: ${key} @ "public"."orders" ShareRowExclusive`]);
});

describe.each(REWRITES)('$name', ({ sql, becomes }) => {
  const plan = (): ParsedStatement[][] =>
    segmentsOf(parseScript(sql), formOf(sql, { applied: BEFORE })).map(({ statements }) => statements);

  test('becomes', () => expect(plan().map((segment) => segment.map(({ text }) => text).join('; '))).toEqual(becomes));

  test('every part means what its text says', () => {
    for (const { text, node } of plan().flat()) {
      const [parsed] = parseScript(text);
      expect(meaning(node)).toEqual(meaning(parsed?.node));
    }
  });
});

test.each(REFUSED)('%s runs as written: %s', (sql, reason) => {
  const { statements, form } = migrationOf(sql, { applied: BEFORE });
  expect(form.blocking.some(({ online }) => online)).toBe(false);
  expect(statements.map(({ asWritten }) => asWritten).join()).toContain(reason);
});

const PLACE = /location$|^rexpr_list_(start|end)$/;

/** The tree without the places of its words. */
function meaning(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node), (key, value: unknown) => (PLACE.test(key) ? undefined : value));
}
