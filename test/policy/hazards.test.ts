import type { ExecutionForm, HazardFinding } from '../../src/contract';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import {
  allowances,
  findHazards,
  HAZARDS,
  riskOf,
  TableFacts,
  type DatabaseFacts,
  type FindOptions,
} from '../../src/policy/hazards';
import { describeScript, scriptContext, Schema } from '../../src/policy/statements';
import { BEFORE, CASES } from './hazard-cases';
import { FORMS_BEFORE, HARMFUL, HARMLESS } from './hazard-forms';

const OFFLINE: DatabaseFacts = { tables: {}, offline: true };
const before = new Schema();

beforeAll(async () => {
  await loadParser();
  before.complete = true;
  const script = scriptContext(before);
  describeScript(parseScript(BEFORE), script);
  Object.assign(before, script.schema);
});

function find(sql: string, database = OFFLINE, options: FindOptions = {}): HazardFinding[] {
  const statements = parseScript(sql);
  const facts = describeScript(statements, scriptContext(options.schema ?? before, parseScript));
  return findHazards(statements, facts, new TableFacts(database), {
    schema: before,
    parse: parseScript,
    allowances: allowances(sql),
    ...options,
  });
}

describe.each(CASES)('$id: $found', ({ id, found, severity, fine }) => {
  test('is found', () => {
    const findings = find(found).filter((finding) => finding.id === id);
    expect(findings.map((finding) => finding.severity)).toEqual([severity]);
  });

  test('is not found in what is fine', () => {
    const alarms = fine.filter((sql) => find(sql).some((finding) => finding.id === id && finding.severity !== 'info'));
    expect(alarms).toEqual([]);
  });

  test('the safer SQL parses and is free of it', () => {
    const safer = find(found).find((finding) => finding.id === id)?.saferSql ?? '';
    // Where a person has to fill something in, three dots say so.
    if (safer.includes('...')) return;
    const { length } = found.includes('BEGIN')
      ? []
      : find(safer).filter((finding) => finding.id === id && finding.severity === 'danger');
    expect(length).toBe(0);
  });
});

test('every hazard has a case, a name of its own and a page of the manual', () => {
  expect(HAZARDS.map(({ id }) => id).filter((id) => !CASES.some((each) => each.id === id))).toEqual([]);
  expect(new Set(HAZARDS.map(({ id }) => id)).size).toBe(HAZARDS.length);
  for (const { docs } of HAZARDS) expect(docs).toMatch(/^https:\/\/www\.postgresql\.org\/docs\/current\/[a-z-]+\.html/);
});

describe('with a database at hand', () => {
  const sized = (rows: number, bytes: number): DatabaseFacts => ({
    tables: { 'public.User': { rows, bytes } },
    offline: false,
  });
  const index = (database: DatabaseFacts): HazardFinding[] => find('CREATE INDEX "i" ON "User" ("name")', database);

  test('an index on an empty table is no hazard', () => expect(index(sized(0, 8192))).toEqual([]));
  test('on a tiny one it informs', () => expect(index(sized(500, 1e5))).toMatchObject([{ severity: 'info' }]));
  test('on a quick one it warns', () => expect(index(sized(50_000, 2e7))).toMatchObject([{ severity: 'warning' }]));
  test('on 40 million rows it is a danger that takes minutes', () => {
    expect(index(sized(40_000_000, 12 * 2 ** 30))).toMatchObject([
      { severity: 'danger', message: expect.stringContaining('about 5 min (40,000,000 rows, 12 GB)') as string },
    ]);
  });
  test('a table that is not there yet has nobody waiting', () =>
    expect(index({ tables: {}, offline: false })).toEqual([]));
  test('a renamed table keeps its size, and a dropped index its table', () => {
    const renamed = find('ALTER TABLE "User" RENAME TO "U"; CREATE INDEX "i" ON "U" ("name")', sized(1e7, 1e10));
    expect(renamed.map(({ id }) => id)).toContain('index-not-concurrent');
    expect(find('DROP INDEX "Unknown_idx"', sized(1, 1), { schema: new Schema() })).toMatchObject([
      { id: 'drop-index' },
    ]);
    expect(find('DROP TYPE "Role" CASCADE', sized(1, 1))).toMatchObject([{ id: 'drop-cascade', severity: 'danger' }]);
  });
  test('a column without a value fails on a tiny table too', () => {
    expect(find('ALTER TABLE "User" ADD COLUMN "x" TEXT NOT NULL', sized(1, 8192))).toMatchObject([
      { severity: 'danger' },
    ]);
  });
});

test('two long names that become one are a danger', () => {
  const [first, second] = [`${'x'.repeat(63)}1`, `${'x'.repeat(63)}2`];
  expect(find(`CREATE TYPE "${first}" AS ENUM ('a'); CREATE TYPE "${second}" AS ENUM ('a')`)).toMatchObject([
    { id: 'identifier-too-long', severity: 'warning' },
    { id: 'identifier-too-long', severity: 'danger' },
  ]);
});

test('a dropped column whose type comes back under another name may be a rename', () => {
  const found = find('ALTER TABLE "User" DROP COLUMN "seen", ADD COLUMN "seenAt" TIMESTAMP(3)');
  expect(found[0]?.message).toContain('If seenAt is its new name, nothing carries the values over');
  expect(find('ALTER TABLE "User" DROP COLUMN "seen", ADD COLUMN "x" TEXT')[0]?.message).not.toContain('new name');
});

test.each([
  [0.4, []],
  [0.6, ['warning']],
  [0.9, ['danger']],
] as const)('of a key whose numbers are used to %d, it says so once', (keyUsed, severities) => {
  const database = { tables: { 'public.User': { rows: 10, bytes: 8192, keyUsed } }, offline: false };
  const sql = 'ALTER TABLE "User" ADD COLUMN "x" TEXT; ALTER TABLE "User" ADD COLUMN "y" TEXT';
  expect(find(sql, database).map(({ severity }) => severity)).toEqual(severities);
});

test('a write of named rows is none of a large table', () => {
  const large = { tables: { 'public.User': { rows: 4e7, bytes: 9e9 } }, offline: false };
  expect(find('UPDATE "User" SET "name" = \'\' WHERE "id" = 1', large)).toEqual([]);
  expect(find('UPDATE "User" SET "name" = \'\' WHERE "name" IS NULL', large)).toMatchObject([{ severity: 'danger' }]);
});

test('DO blocks are looked into, at their lines', () => {
  const findings = find(
    `DO $$\nBEGIN\n  ALTER TABLE "User"\n    ADD COLUMN "x" TEXT NOT NULL;\nEXCEPTION WHEN duplicate_column THEN null;\nEND $$`,
  );
  expect(findings).toMatchObject([{ id: 'add-column-not-null-without-default', line: 3 }]);
});

test('the online form is named where it takes the danger away, but not inside the own BEGIN of the file', () => {
  const sql = 'CREATE INDEX "i" ON "User" ("name")';
  const form = (statement: number): ExecutionForm => ({
    execution: 'online',
    busy: [],
    blocking: [{ statement, locks: [], online: true }],
    together: [],
  });
  expect(find(sql, OFFLINE, { form: form(0) })).toMatchObject([{ handledBy: 'online' }]);
  expect(find(sql)).toMatchObject([{ handledBy: null }]);
  expect(find(`BEGIN; ${sql}; COMMIT`, OFFLINE, { form: form(1) })).toMatchObject([
    { id: 'own-transaction', severity: 'info' },
    { id: 'index-not-concurrent', handledBy: null },
  ]);
});

describe('allowances', () => {
  const index = 'CREATE INDEX "i" ON "User" ("name");';

  test('silence one hazard of the next statement, and keep the reason', () => {
    const findings = find(`-- lockkeeper: allow index-not-concurrent because the table is archived\n\n${index}`);
    expect(findings).toMatchObject([
      { severity: 'info', message: expect.stringMatching(/^Allowed because the table is archived\. /) as string },
    ]);
  });
  test('may stand inside the statement', () => {
    expect(
      find(`CREATE INDEX "i"\n-- lockkeeper: allow index-not-concurrent because small\nON "User" ("name");`),
    ).toMatchObject([{ severity: 'info' }]);
  });
  test.each([
    ['without a reason', `-- lockkeeper: allow index-not-concurrent\n${index}`],
    ['for another hazard', `-- lockkeeper: allow drop-table because I say so\n${index}`],
    ['after the statement', `${index}\nSELECT 1;\n-- lockkeeper: allow index-not-concurrent because late`],
  ])('%s change nothing', (_why, sql) => expect(find(sql)).toMatchObject([{ severity: 'danger' }]));
});

test.each([
  ['none', []],
  ['low', [['info', null]]],
  ['medium', [['warning', null]]],
  ['medium', [['danger', 'online']]],
  [
    'high',
    [
      ['info', null],
      ['danger', null],
    ],
  ],
] as const)('risk %s', (risk, findings) => {
  const hazards = findings.map(([severity, handledBy]) => ({
    id: 'x',
    severity,
    line: 1,
    message: '',
    saferSql: null,
    handledBy,
  }));
  expect(riskOf([[], hazards])).toBe(risk);
});

describe('in the forms of real projects', () => {
  const after = new Schema();
  beforeAll(() => {
    const script = scriptContext(after, parseScript);
    describeScript(parseScript(FORMS_BEFORE), script);
    Object.assign(after, script.schema, { complete: true });
  });
  const above = (sql: string): string[] => {
    const found = find(sql, OFFLINE, { schema: after }).filter(({ severity }) => severity !== 'info');
    return [...new Set(found.map(({ id, severity }) => `${severity} ${id}`))].sort();
  };

  test.each(HARMFUL)('found: $sql', ({ sql, finds }) => expect(above(sql)).toEqual(finds));
  test.each(HARMLESS)('let be: %s', (sql) => expect(above(sql)).toEqual([]));
});

test('an index dropped concurrently is told of, and one that another replaces is not', () => {
  const severities = (sql: string): string[] => find(sql).map(({ id, severity }) => `${id} ${severity}`);
  expect(severities('DROP INDEX CONCURRENTLY "Post_title_idx"')).toEqual(['drop-index info']);
  const replaced =
    'CREATE INDEX CONCURRENTLY "i" ON "Post" ("title", "amount"); DROP INDEX CONCURRENTLY "Post_title_idx"';
  expect(severities(replaced)).toEqual([]);
});

test('a trigger instead of writes to a view stops nobody, DROP OWNED is a danger, a publication is missed', () => {
  const severities = (sql: string): string[] => find(sql).map(({ id, severity }) => `${id} ${severity}`);
  const trigger = 'CREATE TRIGGER "t" INSTEAD OF INSERT ON "Names" FOR EACH ROW EXECUTE FUNCTION f()';
  expect(severities(trigger)).toEqual([]);
  expect(severities('DROP OWNED BY app')).toEqual(['extension-or-role danger']);
  expect(severities('DROP PUBLICATION feed')).toEqual(['drop-view-or-function warning']);
});

test.each([
  [
    'ALTER TABLE "Post" ALTER COLUMN "title" TYPE "Role" USING "title"::text::"Role"',
    'column-type-change',
    'SET "title_new" = "title"::text::"Role" WHERE',
  ],
  [
    'ALTER TABLE "User" ALTER COLUMN "seen" TYPE TIMESTAMPTZ(3) USING "seen" AT TIME ZONE \'UTC\'',
    'column-type-change',
    'SET "seen_new" = "seen" AT TIME ZONE \'UTC\' WHERE',
  ],
  [
    'CREATE INDEX IF NOT EXISTS "i" ON "public"."User" ("name")',
    'if-not-exists-index',
    'DROP INDEX CONCURRENTLY IF EXISTS "public"."i";\nCREATE INDEX CONCURRENTLY "i" ON "public"."User" ("name");',
  ],
  [
    'CREATE INDEX "i" ON "Event" ("id")',
    'index-not-concurrent',
    'CREATE INDEX "i" ON ONLY "Event" ("id");\n-- then CREATE INDEX CONCURRENTLY on each partition',
  ],
  [
    'ALTER TABLE "Post" ADD COLUMN "userId" INTEGER NOT NULL DEFAULT 1 REFERENCES "User"("id")',
    'foreign-key-not-valid',
    'ADD COLUMN "userId" INTEGER NOT NULL DEFAULT 1;\nALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") NOT VALID;',
  ],
  [
    'ALTER TABLE "Post" ADD COLUMN "ext" TEXT, ADD CONSTRAINT "uq" UNIQUE ("ext", "id")',
    'unique-constraint',
    'ALTER TABLE "Post" ADD COLUMN "ext" TEXT;\nCREATE UNIQUE INDEX CONCURRENTLY',
  ],
  [
    'ALTER TABLE "Event_2025" ADD PRIMARY KEY ("id")',
    'unique-constraint',
    'VALIDATE CONSTRAINT "Event_2025_id_not_null";',
  ],
  [
    'BEGIN; CREATE INDEX CONCURRENTLY "i" ON "Post" ("id"); COMMIT',
    'concurrently-in-transaction',
    '-- in a migration of its own\nCREATE INDEX CONCURRENTLY',
  ],
  [
    'ALTER TABLE "User" ALTER COLUMN "id" TYPE BIGINT',
    'column-type-change',
    '-- the same for what refers to it: Post.authorId',
  ],
])('the safer SQL of %s', (sql, id, part) => {
  expect(find(sql).find((finding) => finding.id === id)?.saferSql).toContain(part);
});

test('messages say who waits', () => {
  const says = (sql: string): string =>
    find(sql)
      .map(({ message }) => message)
      .join(' ');
  const key = 'ALTER TABLE "Post" ADD COLUMN "u" INTEGER DEFAULT 1 REFERENCES "User" ("id")';
  expect(says(key)).toContain('Nobody can read or write Post, and every INSERT, UPDATE and DELETE on User waits.');
  expect(says('ALTER TABLE "User" FORCE ROW LEVEL SECURITY')).toContain('the owner too sees no row of User');
  expect(says('ALTER INDEX "Post_title_idx" SET TABLESPACE fast')).toContain('Queries on Post wait');
  expect(says('ALTER TABLE "User" ALTER COLUMN "role" TYPE TEXT')).not.toContain('makes it fail');
  expect(says('ALTER TABLE "Post" ALTER COLUMN "title" TYPE INTEGER')).toContain('makes it fail');
  expect(says('ALTER TABLE "User" ALTER COLUMN "id" TYPE BIGINT')).toContain('under the same lock on Post');
  expect(find('CREATE INDEX "i" ON "Totals" ("count")')).toMatchObject([{ severity: 'info' }]);
});
