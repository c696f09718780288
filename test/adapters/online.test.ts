/** The online form of every kind of statement, on a server: the same end as the file as written, and nobody waits on the way. */
import { runScript, type ScriptResult } from '../../src/adapters/executor';
import { ensureLedger, takeFence } from '../../src/adapters/ledger';
import { createPgTools } from '../../src/adapters/pg-tools';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import type { ExecutionForm } from '../../src/contract';
import { buildPlan } from '../../src/policy/build-plan';
import { segmentsOf, type Segment } from '../../src/policy/segments';
import { BEFORE, REWRITES, ROWS } from '../policy/online-forms';
import { databaseUrl, onServer, testDatabase, type TestDatabase } from '../support/database';

const tools = createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? '');
let model: TestDatabase;
const copies: TestDatabase[] = [];

beforeAll(async () => {
  await loadParser();
  model = await testDatabase();
  await model.client.query(BEFORE + ROWS);
  await ensureLedger(model.client);
  await model.client.end();
});
afterEach(async () => {
  for (const copy of copies.splice(0)) await copy.drop();
});
afterAll(() => onServer(`DROP DATABASE ${model.name}`));

async function copyOf(): Promise<TestDatabase> {
  const copy = await testDatabase(model.name);
  copies.push(copy);
  return copy;
}

function segments(sql: string, execution: ExecutionForm['execution'] = 'online'): Segment[] {
  const statements = parseScript(sql);
  const { migrations } = buildPlan({
    environment: 'test',
    target: 'main',
    applied: [parseScript(BEFORE)],
    migrations: [{ name: 'm', checksum: 'c'.repeat(64), sql, statements, hasDownSql: false }],
    database: { tables: {}, offline: true },
    parse: parseScript,
    execution,
  });
  return segmentsOf(statements, (migrations[0] as { form: ExecutionForm }).form);
}

async function run({ client }: TestDatabase, of: Segment[]): Promise<ScriptResult> {
  return runScript(client, {
    script: 'migration/m@c',
    title: 'm',
    deployment: 'd',
    token: await takeFence(client, 'test', 'lockkeeper/none/'),
    segments: of,
    patience: { timeoutMs: 2_000, budgetMs: 10_000, eviction: null },
    statementTimeoutMs: null,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
}

/** Schema and rows, as text. */
async function contents({ url, client }: TestDatabase): Promise<string> {
  const schema = await tools.schemaText(url);
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'billing') ORDER BY 1`,
  );
  const digests = [];
  for (const { name } of rows) {
    const digest = await client.query<{ md5: string }>(
      `SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM ${name} t`,
    );
    digests.push(`${name} ${digest.rows[0]?.md5}`);
  }
  const { rows: invalid } = await client.query('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid');
  return [schema, ...digests, JSON.stringify(invalid)].join('\n');
}

async function asWritten(sql: string): Promise<string> {
  const copy = await copyOf();
  await copy.client.query(sql);
  return contents(copy);
}

describe.each(REWRITES)('$name', ({ sql }) => {
  test('ends as the file as written', async () => {
    const online = await copyOf();
    await run(online, segments(sql));
    expect(await contents(online)).toBe(await asWritten(sql));
  });

  test('ends the same when every segment is cut off, before its marker or in the middle', async () => {
    const online = await copyOf();
    const all = segments(sql);
    for (let committed = 0; committed <= all.length; committed++) {
      const next = all[committed];
      await run(online, all.slice(0, committed));
      // A single statement that was killed: its intent is there, and whatever it had done by then.
      if (next?.kind !== 'single') continue;
      const script = "'migration/m@c', " + next.index;
      await online.client.query(
        `INSERT INTO lockkeeper.marker (script, segment, state, deployment, token) SELECT ${script}, 'intent', 'd', token FROM lockkeeper.fence`,
      );
      if (committed % 2 === 0) await online.client.query(next.statements[0]?.text ?? '');
    }
    expect(await contents(online)).toBe(await asWritten(sql));
  });
});
