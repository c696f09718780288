/** What the digest of a table sees, and what it does not depend on. */
import { prepareDigests, tableDigests, tablesToDigest, type TableDigest } from '../../src/adapters/content-digest';
import { testDatabase, type TestDatabase } from '../support/database';

const TYPES = `CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TYPE place AS (x int, y mood); CREATE DOMAIN age AS int;`;
const TABLE = `CREATE TABLE t (id int, a text, b text, n numeric, f float8, i interval, large bigint, doc json, raw bytea, at timestamptz,
    spans int4range[], m mood, ms mood[], p place, years age, class regclass, price numeric(8,2), code char(3), day date, yes boolean, folded text COLLATE folded,
    fs float4[], spot point);
  CREATE TABLE nothing ();`;
const ROWS = [
  `(1, 'left', 'right', 1.0, 0, '1 day', 1, '{"a":1}', '\\x010203', '2026-01-01', '{"[1,2)"}', 'sad', '{sad,happy}', '(1,sad)', 7, 't', 1.50, 'CHF', '2026-01-01', true, 'Zurich', '{0}', '(0,0)')`,
  `(2, 'other', NULL, 'NaN', 'Infinity', NULL, 2, NULL, '\\x', 'infinity', '{}', NULL, NULL, NULL, NULL, NULL, 'NaN', NULL, 'infinity', NULL, NULL, NULL, NULL)`,
  `(3, '', '', 3, 3, '-1 month', 3, 'null', NULL, NULL, NULL, 'happy', '{}', '(,)', 8, 'nothing', -0.01, '', NULL, false, '', '{}', '(1,2)')`,
];

/** Exchanges of values between two rows that the digest is asked for. */
const EXCHANGES = 100;

const databases: TestDatabase[] = [];
let database: TestDatabase;

async function made(before: string, rows: string[]): Promise<TestDatabase> {
  const other = await testDatabase();
  databases.push(other);
  await other.client.query('SET search_path = public');
  await other.client.query(`${before}; ${TYPES} ${TABLE}; INSERT INTO t VALUES ${rows.join(', ')}`);
  return other;
}

async function digestAfter(
  { client }: TestDatabase,
  change: string,
  table = 'public.t',
): Promise<TableDigest | undefined> {
  await client.query('BEGIN');
  try {
    await client.query(change);
    await prepareDigests(client);
    return (await tableDigests([client], await tablesToDigest(client)))[table];
  } finally {
    await client.query('ROLLBACK');
  }
}

beforeAll(async () => {
  database = await made('', ROWS);
});
afterAll(async () => {
  for (const each of databases) await each.drop();
});

test.each([
  ['one byte', `UPDATE t SET raw = set_byte(raw, 1, 3) WHERE id = 1`],
  [
    'values of two rows that changed places',
    `UPDATE t SET a = CASE id WHEN 1 THEN 'other' ELSE 'left' END WHERE id IN (1, 2)`,
  ],
  ['values of two columns that changed places', `UPDATE t SET a = b, b = a WHERE id = 1`],
  ['a row twice in place of another', `DELETE FROM t WHERE id = 3; INSERT INTO t SELECT * FROM t WHERE id = 2`],
  ['an empty text for none', `UPDATE t SET b = '' WHERE id = 2`],
  ['an empty array for none', `UPDATE t SET ms = '{}' WHERE id = 2`],
  ['zeros after the point', `UPDATE t SET n = 1.00 WHERE id = 1`],
  ['the sign of zero', `UPDATE t SET f = '-0' WHERE id = 1`],
  ['hours for a day', `UPDATE t SET i = '24 hours' WHERE id = 1`],
  ['a number whose halves changed places', `UPDATE t SET large = 4294967296 WHERE id = 1`],
  ['a blank in a document', `UPDATE t SET doc = '{"a": 1}' WHERE id = 1`],
  ['a microsecond', `UPDATE t SET at = at + interval '1 microsecond' WHERE id = 1`],
  ['another label', `UPDATE t SET m = 'happy' WHERE id = 1`],
  ['another element', `UPDATE t SET ms = '{happy,sad}' WHERE id = 1`],
  ['a cent', `UPDATE t SET price = 1.51 WHERE id = 1`],
  ['a debt for a credit', `UPDATE t SET price = -price WHERE id = 1`],
  ['a debt for a credit in every row', `UPDATE t SET price = -price, n = -n`],
  ['none for no number', `UPDATE t SET price = NULL WHERE id = 2`],
  ['zero for no number', `UPDATE t SET price = 0 WHERE id = 2`],
  ['the last bit of a number in floating point', `UPDATE t SET f = 0.1 + 0.2::float8 WHERE id = 3`],
  ['the sign of a zero in a list', `UPDATE t SET fs = '{-0}' WHERE id = 1`],
  ['the sign of a zero in a place', `UPDATE t SET spot = '(-0,0)' WHERE id = 1`],
  ['another code', `UPDATE t SET code = 'EUR' WHERE id = 1`],
  ['another day', `UPDATE t SET day = day + 1 WHERE id = 1`],
  ['the other truth', `UPDATE t SET yes = NOT yes WHERE id = 1`],
  ['another case where the collation sees none', `UPDATE t SET folded = 'ZURICH' WHERE id = 1`],
  ['a part of a value', `UPDATE t SET p = '(2,sad)' WHERE id = 1`],
  ['a value of a domain', `UPDATE t SET years = 9 WHERE id = 1`],
  ['another table that is named', `UPDATE t SET class = 'nothing' WHERE id = 1`],
])('sees %s', async (_name, change) => {
  const before = await digestAfter(database, 'SELECT 1');
  const after = await digestAfter(database, change);
  expect(after?.rows).toBe(before?.rows);
  expect(after?.digest).not.toBe(before?.digest);
});

test('is the same where rows lie in another order, columns came and went, and types and tables have other numbers', async () => {
  const other = await made('CREATE TYPE first AS ENUM (); CREATE TABLE second (f first)', [...ROWS].reverse());
  await other.client.query('ALTER TABLE t ADD COLUMN gone text DEFAULT $$x$$; ALTER TABLE t DROP COLUMN gone');
  await other.client.query(`SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET extra_float_digits = 0`);
  expect(await digestAfter(other, 'SELECT 1')).toEqual(await digestAfter(database, 'SELECT 1'));
});

test('sees values that two rows exchange', async () => {
  const unseen: number[] = [];
  for (let seed = 1; seed <= EXCHANGES; seed++) {
    const pair = `CREATE TABLE pair (a int, b int, c numeric(9,2), d text);
      INSERT INTO pair SELECT hashint4(${seed} + i), hashint4(-${seed} - i), ${seed} * i, md5('${seed}' || i) FROM generate_series(1, 2) i`;
    const exchange = `UPDATE pair SET b = (SELECT b FROM pair AS other WHERE other.a <> pair.a)`;
    const before = await digestAfter(database, pair, 'public.pair');
    const after = await digestAfter(database, `${pair}; ${exchange}`, 'public.pair');
    expect(after?.rows).toBe(2);
    if (before?.digest === after?.digest) unseen.push(seed);
  }
  expect(unseen).toEqual([]);
});

test('takes a number that is none for the same, whichever of its forms a database stores', async () => {
  const { client } = database;
  const none = (form: string): Promise<TableDigest | undefined> =>
    digestAfter(
      database,
      `CREATE TABLE numbers AS SELECT ${form}::float8 AS x, ${form}::float4 AS y, ARRAY[${form}]::float8[] AS xs, ARRAY[ROW(1, ${form})]::measure[] AS ms,
         floats(1, ${form}) AS span, point(0, ${form}) AS spot`,
      'public.numbers',
    );
  await client.query('CREATE TYPE measure AS (x int, y float8); CREATE TYPE floats AS RANGE (subtype = float8)');
  expect(await none(`'NaN'::float8`)).toEqual(await none(`('Infinity'::float8 - 'Infinity'::float8)`));
});
