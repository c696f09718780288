/** Schemas whose names only begin like ours are the project's, for all who ask. */
import { tablesToDigest } from '../../src/adapters/content-digest';
import { sequenceValues } from '../../src/adapters/sequences';
import { rowsWrittenAnywhere } from '../../src/adapters/written-since';
import { testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
beforeEach(async () => (database = await testDatabase()));
afterEach(() => database.drop());

it('are told apart from the two that are ours', async () => {
  const { client } = database;
  const { rows } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::xid::text AS xid');
  for (const schema of ['lockkeeper', 'lockkeeper_salvage', 'lockkeeper_shop', 'lockkeeperish'])
    await client.query(
      `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.t (id serial); INSERT INTO ${schema}.t DEFAULT VALUES`,
    );
  const projects = ['lockkeeper_shop.t', 'lockkeeperish.t'];
  expect((await rowsWrittenAnywhere(client, [rows[0]?.xid ?? ''])).map(({ relation }) => relation)).toEqual(projects);
  expect((await tablesToDigest(client)).map(({ name }) => name)).toEqual(projects);
  expect(Object.keys(await sequenceValues(client))).toEqual(projects.map((name) => `${name}_id_seq`));
});
