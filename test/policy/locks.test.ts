/** Predicted locks and rewrites against pg_locks and relfilenode of a real server. Misses are listed, none is tolerated. */
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { describeScript, scriptContext, Schema } from '../../src/policy/statements';
import { testDatabase } from '../support/database';
import { corpusScripts } from './corpus';
import { differences, measure } from './measure';
import { zooMisses } from './zoo-misses';

let database: Awaited<ReturnType<typeof testDatabase>>;

beforeAll(loadParser);
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

test('the zoo of DDL: prediction = measurement', async () => {
  expect((await zooMisses(database.client)).misses).toEqual([]);
}, 120_000);

test.each(corpusScripts())(
  'every statement of $project: prediction = measurement',
  async ({ migrations }) => {
    const schema = new Schema();
    schema.complete = true;
    const misses: string[] = [];
    for (const { name, sql } of migrations) {
      // Each statement commits alone here, so that what it locks is not mixed with its neighbours' locks.
      for (const statement of parseScript(sql)) {
        const script = scriptContext(schema, parseScript);
        const [facts] = describeScript([statement], script);
        const measured = await run(statement.text, facts?.transactional ?? true);
        if (facts && measured)
          misses.push(...differences(facts, measured).map((miss) => `${name}:${statement.line} ${miss}`));
        Object.assign(schema, script.schema);
      }
    }
    expect(misses).toEqual([]);
  },
  120_000,
);

async function run(sql: string, transactional: boolean): Promise<Awaited<ReturnType<typeof measure>> | null> {
  if (transactional && !/^(BEGIN|COMMIT)\b/i.test(sql)) return measure(database.client, sql, 'COMMIT');
  if (!transactional) await database.client.query(sql);
  return null;
}
