/** Every form of DDL of the zoo, undone by its inverse on a real database: `pg_dump --schema-only` is as before, or the reason is named. */
import { InverseRecorder } from '../../src/adapters/inverse-recorder';
import { createPgTools } from '../../src/adapters/pg-tools';
import { withoutOrder } from '../../src/adapters/schema-fingerprint';
import { loadParser, parseScript, type ParsedStatement } from '../../src/adapters/sql-parser';
import { canRunInTransaction } from '../../src/policy/statements';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { NAMED, ONLY_THE_PROOF_TELLS, REORDERED } from './inverse-named';
import { BASE, ZOO } from './zoo';
import { dirname } from 'node:path';

const GROUP = 30;
let template: TestDatabase;
let tools: ReturnType<typeof createPgTools>;
let original: string;
let zoo: ParsedStatement[];

beforeAll(async () => {
  await loadParser();
  tools = createPgTools(dirname(pgBin('pg_dump')));
  template = await testDatabase();
  await template.client.query(BASE);
  zoo = ZOO.flatMap(parseScript);
  await template.client.end();
  original = await tools.schemaText(template.url);
}, 60_000);

afterAll(() => template?.drop());

test('what cannot be undone exactly is named, with the reason', async () => {
  const database = await testDatabase(template.name);
  try {
    const named: Record<string, string[]> = {};
    for (const statement of zoo) {
      const { impossible, unknown } = await tryOut(database, statement, 'ROLLBACK');
      if (impossible.length + unknown.length > 0) named[statement.text] = [...impossible, ...unknown];
    }
    expect(named).toEqual(NAMED);
  } finally {
    await database.drop();
  }
}, 300_000);

test('what comes back in another place is named, and is all the same but for that', async () => {
  const database = await testDatabase(template.name);
  try {
    const named: Record<string, string[]> = {};
    for (const statement of zoo) {
      const { reordered } = await tryOut(database, statement, 'ROLLBACK');
      if (reordered.length > 0) named[statement.text] = reordered;
    }
    expect(named).toEqual(REORDERED);
  } finally {
    await database.drop();
  }
  for (const statement of zoo.filter(({ text }) => text in REORDERED && !ONLY_THE_PROOF_TELLS.includes(text)))
    expect(await spoiling([statement], withoutOrder)).toEqual([]);
}, 300_000);

test('everything else brings the schema back exactly', async () => {
  const exact = zoo.filter(
    ({ text }) => !(text in NAMED) && !(text in REORDERED) && !ONLY_THE_PROOF_TELLS.includes(text),
  );
  expect(exact.length).toBeGreaterThan(300);
  const wrong: string[] = [];
  for (let at = 0; at < exact.length; at += GROUP) wrong.push(...(await spoiling(exact.slice(at, at + GROUP))));
  expect(wrong).toEqual([]);
}, 600_000);

/** Runs and undoes the statements one after the other; those that leave something behind are found by halves. */
async function spoiling(statements: ParsedStatement[], as = (schema: string) => schema): Promise<string[]> {
  const database = await testDatabase(template.name);
  let failure = '';
  try {
    for (const statement of statements) {
      const { sql } = await tryOut(database, statement, 'COMMIT');
      await undo(database, sql);
    }
    const after = as(await tools.schemaText(database.url));
    if (after === as(original)) return [];
    failure = difference(as(original), after);
  } catch (error) {
    failure = String(error);
  } finally {
    await database.drop();
  }
  const [first] = statements;
  if (statements.length === 1 && first) return [`${first.text}\n${failure}`];
  const half = Math.ceil(statements.length / 2);
  return [...(await spoiling(statements.slice(0, half))), ...(await spoiling(statements.slice(half)))];
}

async function tryOut({ client }: TestDatabase, statement: ParsedStatement, end: 'COMMIT' | 'ROLLBACK') {
  const bracket = canRunInTransaction(statement);
  if (bracket) await client.query('BEGIN');
  try {
    const inverse = await new InverseRecorder().around(client, statement, () => client.query(statement.text));
    if (bracket) await client.query(end);
    return inverse;
  } catch (error) {
    if (bracket) await client.query('ROLLBACK');
    throw error;
  }
}

async function undo({ client }: TestDatabase, sql: string[]): Promise<void> {
  await client.query(['BEGIN', ...sql, 'COMMIT'].join(';\n'));
}

function difference(was: string, is: string): string {
  const [before, after] = [was.split('\n'), is.split('\n')];
  const missing = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  return [...missing, ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`)].join('\n');
}
