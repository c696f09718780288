/** Sessions of earlier attempts, which are ended, or go by themselves while somebody ends them. */
import { Client } from 'pg';
import { takeFence } from '../../src/adapters/ledger/fence';
import { endOrphans, isAnyLeft } from '../../src/adapters/orphan-sessions';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { testDatabase, type TestDatabase } from '../support/database';

const PREFIX = 'lockkeeper/orphans/';
const TIMES = 20;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await ensureLedger(database.client);
});
afterAll(() => database.drop());

async function orphan(): Promise<Client> {
  const client = new Client({ connectionString: database.url, application_name: `${PREFIX}1` });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const claim = (time: number): Parameters<typeof takeFence>[1] => ({
  owner: 'test',
  run: 'test',
  turn: [1, time],
  orphans: PREFIX,
});

test.each([
  ['the fence', (time: number) => takeFence(database.client, claim(time))],
  ['a backup', () => endOrphans(database.client, [`${PREFIX}1`])],
])('those that go by themselves meanwhile are gone, and nobody is called: before %s', async (_, end) => {
  for (let time = 1; time <= TIMES; time++) {
    const left = await Promise.all(Array.from({ length: 6 }, orphan));
    const going = left.map((client) => client.end());
    await end(time);
    await Promise.all(going);
  }
});

test('one that stays is told from one that has gone, in a transaction too', async () => {
  const [stays, goes] = [await orphan(), await orphan()];
  const [here, gone] = [stays, goes].map((client) => (client as unknown as { processID: number }).processID);
  await database.client.query('BEGIN');
  await database.client.query('SELECT FROM pg_stat_activity');
  await goes.end();
  expect(await isAnyLeft(database.client, [{ pid: gone ?? 0, ended: false }])).toBe(false);
  expect(await isAnyLeft(database.client, [{ pid: here ?? 0, ended: false }])).toBe(true);
  await database.client.query('COMMIT');
  await stays.end();
});
