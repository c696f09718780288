/** Invalid indexes that a deployment left, told from those that others are busy with. */
import { invalidIndexesSince, registerDeployment } from '../../src/adapters/ledger/registrations';
import { onServer } from '../support/database';
import { ledgerDatabase } from '../support/ledger-database';
import { until } from '../support/until';

const ROLE = 'invalid_indexes_reader';

const database = ledgerDatabase(`CREATE TABLE orders (id int PRIMARY KEY, total int);
  CREATE INDEX orders_total ON orders (total); CREATE TABLE other (id int)`);

beforeEach(async () => {
  await registerDeployment(database.client, 'd1', 'f');
  await database.client
    .query(`DROP ROLE IF EXISTS ${ROLE}; CREATE ROLE ${ROLE}; GRANT USAGE ON SCHEMA lockkeeper TO ${ROLE};
    GRANT SELECT ON lockkeeper.deployment TO ${ROLE}`);
});

afterEach(async () => {
  await onServer(`DROP ROLE IF EXISTS ${ROLE}`);
});

async function invalid(): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE NOT indisvalid AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** As a role that sees of others no more than that they are there. */
async function since(): Promise<string[]> {
  await database.client.query(`SET ROLE ${ROLE}`);
  try {
    return await invalidIndexesSince(database.client, 'd1');
  } finally {
    await database.client.query('RESET ROLE');
  }
}

/** Resolves once the statement, held up by a reader, has left that many indexes invalid. */
async function heldUp(statement: string, count: number): Promise<{ pid: number; free: () => Promise<unknown> }> {
  const [reader, builder] = [await database.session(), await database.session()];
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM orders');
  const { rows } = await builder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const done = builder.query(statement).catch(() => undefined);
  await until(`${count} are invalid`, async () => (await invalid()).length === count);
  return {
    pid: rows[0]?.pid ?? 0,
    free: async () => {
      await reader.query('COMMIT');
      await done;
    },
  };
}

test.each([
  ['builds', 'CREATE INDEX CONCURRENTLY under_way ON orders (total)', 1],
  ['builds anew, several at once', 'REINDEX TABLE CONCURRENTLY orders', 2],
  ['drops', 'DROP INDEX CONCURRENTLY orders_total', 1],
])('not those that another role %s', async (_, statement, count) => {
  const { free } = await heldUp(statement, count);
  expect(await since()).toEqual([]);
  await free();
  expect(await invalid()).toEqual([]);
});

test('those of a build that was ended, whatever else goes on with the table', async () => {
  const { pid, free } = await heldUp('CREATE INDEX CONCURRENTLY left_behind ON orders (total)', 1);
  await database.client.query('SELECT pg_terminate_backend($1)', [pid]);
  await free();
  // As VACUUM and ANALYZE do, while somebody builds on another table.
  await (await database.session()).query('BEGIN; LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE');
  const reader = await database.session();
  await reader.query('BEGIN; INSERT INTO other VALUES (1)');
  const built = (await database.session()).query('CREATE INDEX CONCURRENTLY other_id ON other (id)');
  built.catch(() => undefined);
  await until('somebody builds', async () => (await invalid()).length === 2);
  expect(await since()).toEqual(['public.left_behind']);
  await reader.query('COMMIT');
  await built;
});
