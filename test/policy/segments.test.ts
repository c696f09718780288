import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { unclosedTransaction } from '../../src/policy/build-plan';
import { AS_WRITTEN, segmentsOf } from '../../src/policy/segments';

beforeAll(loadParser);

/** `kind: statement; statement`, one a segment. */
const cut = (sql: string): string[] =>
  segmentsOf(parseScript(sql), AS_WRITTEN).map(
    ({ kind, statements }) => `${kind}: ${statements.map(({ text }) => text).join('; ')}`,
  );

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a)';

const CASES: [string, string, string[]][] = [
  ['nothing', '', []],
  ['comments alone', '-- nothing yet\n/* nor here */', []],
  [
    'a quiet script is one',
    'CREATE TABLE t (a int); CREATE INDEX i ON t (a)',
    ['transaction: CREATE TABLE t (a int); CREATE INDEX i ON t (a)'],
  ],
  [
    'what cannot run in a transaction stands alone',
    `SELECT 1; ${INDEX}; SELECT 2; SELECT 3`,
    ['transaction: SELECT 1', `single: ${INDEX}`, 'transaction: SELECT 2; SELECT 3'],
  ],
  ['two of them in a row stand alone each', `${INDEX}; VACUUM t`, [`single: ${INDEX}`, 'single: VACUUM t']],
  [
    'semicolons in literals and bodies cut nothing',
    `SELECT 'a;b'; DO $$ BEGIN PERFORM 1; END $$`,
    [`transaction: SELECT 'a;b'; DO $$ BEGIN PERFORM 1; END $$`],
  ],
  [
    'a new enum value is committed before it is used',
    `ALTER TYPE role ADD VALUE 'OWNER'; SELECT 1; UPDATE users SET role = 'OWNER'`,
    [`transaction: ALTER TYPE role ADD VALUE 'OWNER'`, `transaction: SELECT 1; UPDATE users SET role = 'OWNER'`],
  ],
  [
    'a new enum value that nobody uses cuts nothing',
    `ALTER TYPE role ADD VALUE 'OWNER'; SELECT 1`,
    [`transaction: ALTER TYPE role ADD VALUE 'OWNER'; SELECT 1`],
  ],
  [
    'a literal used before it is added cuts nothing',
    `SELECT 'OWNER'; ALTER TYPE role ADD VALUE 'OWNER'`,
    [`transaction: SELECT 'OWNER'; ALTER TYPE role ADD VALUE 'OWNER'`],
  ],
  [
    'two values, used at the end, are cut after each',
    `ALTER TYPE r ADD VALUE 'A'; ALTER TYPE r ADD VALUE 'B'; SELECT 'A'::r, 'B'::r`,
    [
      `transaction: ALTER TYPE r ADD VALUE 'A'`,
      `transaction: ALTER TYPE r ADD VALUE 'B'`,
      `transaction: SELECT 'A'::r, 'B'::r`,
    ],
  ],
  [
    'a new enum value used in a DO block counts',
    `ALTER TYPE r ADD VALUE 'A'; DO $$ BEGIN UPDATE t SET r = 'A'; END $$`,
    [`transaction: ALTER TYPE r ADD VALUE 'A'`, `transaction: DO $$ BEGIN UPDATE t SET r = 'A'; END $$`],
  ],
  [
    "the file's own transaction is one",
    'SELECT 1; BEGIN; SELECT 2; COMMIT; SELECT 3',
    ['transaction: SELECT 1', 'own-transaction: BEGIN; SELECT 2; COMMIT', 'transaction: SELECT 3'],
  ],
  [
    'START TRANSACTION and END are the same',
    'START TRANSACTION; SELECT 1; END',
    ['own-transaction: START TRANSACTION; SELECT 1; END'],
  ],
  [
    'its own transaction may be rolled back',
    'BEGIN; SELECT 1; ROLLBACK; SELECT 2',
    ['own-transaction: BEGIN; SELECT 1; ROLLBACK', 'transaction: SELECT 2'],
  ],
  [
    'savepoints do not end it',
    'BEGIN; SAVEPOINT a; ROLLBACK TO a; RELEASE a; COMMIT',
    ['own-transaction: BEGIN; SAVEPOINT a; ROLLBACK TO a; RELEASE a; COMMIT'],
  ],
  [
    'nothing is cut out of it, as PostgreSQL would not',
    `BEGIN; ${INDEX}; COMMIT`,
    [`own-transaction: BEGIN; ${INDEX}; COMMIT`],
  ],
  [
    'two in a row are two',
    'BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT',
    ['own-transaction: BEGIN; SELECT 1; COMMIT', 'own-transaction: BEGIN; SELECT 2; COMMIT'],
  ],
  [
    'a stray ROLLBACK, or a COMMIT that begins anew, stays where it is written',
    'SELECT 1; ROLLBACK; SELECT 2; COMMIT AND CHAIN',
    ['transaction: SELECT 1; ROLLBACK; SELECT 2; COMMIT AND CHAIN'],
  ],
];

test.each(CASES)('%s', (_, sql, segments) => expect(cut(sql)).toEqual(segments));

test('a COMMIT without BEGIN is in none: it only parts them', () =>
  expect(cut('COMMIT; SELECT 1; COMMIT; END; SELECT 2; COMMIT')).toEqual([
    'transaction: SELECT 1',
    'transaction: SELECT 2',
  ]));

test.each(CASES)('every statement is in exactly one segment, in order: %s', (_, sql) => {
  const statements = parseScript(sql);
  const segments = segmentsOf(statements, AS_WRITTEN);
  expect(segments.flatMap((segment) => segment.statements)).toEqual(statements);
  expect(segments.map(({ index }) => index)).toEqual(segments.map((__, at) => at));
});

test.each([
  ['BEGIN; SELECT 1; COMMIT', null],
  ['BEGIN; SELECT 1; ROLLBACK', null],
  ['SELECT 1', null],
  ['\nBEGIN; SELECT 1', 2],
  ['BEGIN', 1],
  ['SELECT 1;\nBEGIN; COMMIT;\nBEGIN; SELECT 2', 3],
  ['BEGIN; SELECT 1; SAVEPOINT a', 1],
  ['BEGIN; SELECT 1; BEGIN', 1],
  ['BEGIN; SELECT 1; COMMIT AND CHAIN', 1],
  ['BEGIN; SELECT 1; COMMIT AND NO CHAIN', null],
  [`BEGIN; SELECT 1; PREPARE TRANSACTION 'p'`, 1],
])('%j leaves a transaction open at line %p', (sql, line) =>
  expect(unclosedTransaction(segmentsOf(parseScript(sql), AS_WRITTEN))).toBe(line),
);
