/** Which differences of two schemas count, and which only say that a column came back behind the others. */
import { dirname } from 'node:path';
import { createPgTools, schemaFingerprint } from '../../src/adapters/pg-tools';
import { fingerprintOfScript, likeness, normaliseSchema } from '../../src/adapters/schema-fingerprint';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';

const TABLE = `CREATE TABLE public.orders (
    id integer NOT NULL,
    note text,
    CONSTRAINT positive CHECK ((id > 0))
);
COMMENT ON COLUMN public.orders.id IS 'Number';
COMMENT ON COLUMN public.orders.note IS 'Free text';
CREATE FUNCTION public.twice() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1;
    PERFORM 2;
END $$;
`;

const like = (other: string): string => likeness(fingerprintOfScript(TABLE), fingerprintOfScript(other));
const moved = (line: string, behind: string): string => TABLE.replace(line, '').replace(behind, behind + line);

test.each([
  ['itself', TABLE, 'same'],
  [
    'dumped by another session',
    `-- Dumped\n\nSET lock_timeout = 1;\n\\restrict abc\n${TABLE}\n\\unrestrict abc\n\n`,
    'same',
  ],
  ['a column behind the others', moved('    id integer NOT NULL,\n', '    note text,\n'), 'reordered'],
  [
    'its comment too',
    moved(
      `COMMENT ON COLUMN public.orders.id IS 'Number';\n`,
      `COMMENT ON COLUMN public.orders.note IS 'Free text';\n`,
    ),
    'reordered',
  ],
  ['a column of another type', TABLE.replace('note text', 'note varchar(9)'), 'different'],
  ['no constraint', TABLE.replace('    CONSTRAINT positive CHECK ((id > 0))\n', ''), 'different'],
  ['statements of a function in another order', moved('    PERFORM 1;\n', '    PERFORM 2;\n'), 'different'],
])('%s', (_what, other, expected) => {
  expect(like(other)).toBe(expected);
});

describe('of a real database', () => {
  const tools = createPgTools(dirname(pgBin('pg_dump')));
  let database: TestDatabase;
  const fingerprint = (): Promise<string> => schemaFingerprint(tools, database.url);
  const FEE = (body: string): string => `CREATE OR REPLACE FUNCTION fee() RETURNS void LANGUAGE sql AS $$${body}$$`;

  beforeEach(async () => {
    database = await testDatabase();
    await database.client
      .query(`CREATE TABLE account (id int, balance numeric); ${FEE('\nUPDATE account\nSET balance = 1;\n-- one\n\n')};
      COMMENT ON TABLE account IS E'first\\n\\nSET lock_timeout = 1;\\n-- second'`);
  });
  afterEach(() => database.drop());

  test('holds no line of the session that dumped it', async () => {
    const text = await tools.schemaText(database.url);
    expect(text).not.toMatch(/^(\\\\|SET statement_timeout|SELECT pg_catalog|-- (Name|Dumped|PostgreSQL))/m);
    expect(text).toBe(normaliseSchema(await tools.schemaScript(database.url)));
    expect(await fingerprint()).toBe(await fingerprint());
  });

  test('is nothing where there is nothing', async () => {
    const empty = await testDatabase();
    expect(await tools.schemaText(empty.url)).toBe('');
    await empty.drop();
  });

  test.each([
    ['SET', FEE('\nUPDATE account\nSET balance = 2;\n-- one\n\n')],
    ['--', FEE('\nUPDATE account\nSET balance = 1;\n-- two\n\n')],
    ['nothing', FEE('\nUPDATE account\nSET balance = 1;\n-- one\n')],
    ['a setting', `COMMENT ON TABLE account IS E'first\\n\\nSET lock_timeout = 2;\\n-- second'`],
  ])('sees a line that begins with %s in a function or a text', async (_what, change) => {
    const before = await fingerprint();
    await database.client.query(change);
    expect(likeness(before, await fingerprint())).toBe('different');
  });

  test('sees where a table lies', async () => {
    const space = `space_${database.name}`;
    await database.client.query('SET allow_in_place_tablespaces = on');
    await database.client.query(`CREATE TABLESPACE ${space} LOCATION ''`);
    try {
      const before = await fingerprint();
      await database.client.query(`ALTER TABLE account SET TABLESPACE ${space}`);
      expect(likeness(before, await fingerprint())).toBe('different');
      await database.client.query('ALTER TABLE account SET TABLESPACE pg_default');
      expect(await fingerprint()).toBe(before);
    } finally {
      await database.client.query('DROP TABLE account');
      await database.client.query(`DROP TABLESPACE ${space}`);
    }
  });
});
