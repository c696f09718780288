/** A target that subscribes to another: its copies do not, and can be dropped. */
import { dirname } from 'node:path';
import { createPgTools } from '../../src/adapters/pg-tools';
import { withSession } from '../../src/adapters/postgres';
import { ScratchDatabases, scratchName } from '../../src/adapters/scratch';
import { newDeploymentId } from '../../src/client/deployment-id';
import { backupBench } from '../support/backup';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';

const SUBSCRIBE = `CREATE SUBSCRIPTION "it's fed" CONNECTION 'host=127.0.0.1 port=9' PUBLICATION feed WITH (connect = false, slot_name = 'lockkeeper_no_such_slot')`;
const UNSUBSCRIBE = `ALTER SUBSCRIPTION "it's fed" SET (slot_name = NONE); DROP SUBSCRIPTION "it's fed"`;

const tools = createPgTools(dirname(pgBin('pg_dump')));
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await database.client.query('CREATE TABLE fed AS SELECT 1 AS id');
  await database.client.query(SUBSCRIBE);
});
afterAll(async () => {
  await database.client.query(UNSUBSCRIBE);
  await database.drop();
});

async function subscribers(): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>(
    'SELECT d.datname AS name FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid',
  );
  return rows.map(({ name }) => name);
}

it.each(['custom', 'directory', 'plain'] as const)(
  'a dump of format %s is proven on a copy that goes',
  async (format) => {
    const bench = backupBench(database.url, { format }, tools);
    try {
      const { meta } = await bench.take();
      await bench.prove(meta.id);
      expect((await bench.find(meta.id)).verified).not.toBeNull();
      expect(await subscribers()).toEqual([database.name]);
    } finally {
      bench.close();
    }
  },
);

it('a scratch database is dropped whatever subscribes in it, and made anew over one', async () => {
  const id = newDeploymentId();
  const scratch = new ScratchDatabases(database.url, id);
  const subscribed = async (): Promise<string> => {
    const name = await scratch.create('fed', 'template0');
    await scratch.use('fed', (client) => client.query(SUBSCRIBE));
    return name;
  };
  try {
    const name = await subscribed();
    expect(await subscribed()).toBe(name);
    expect(await subscribers()).toContain(name);
    await scratch.drop('fed');
    await subscribed();
  } finally {
    await scratch.dropAll();
  }
  expect(await subscribers()).toEqual([database.name]);
  const left = await withSession(database.url, { applicationName: 'test' }, (client) =>
    client.query('SELECT FROM pg_database WHERE datname = $1', [scratchName(id, 'fed')]),
  );
  expect(left.rowCount).toBe(0);
});
