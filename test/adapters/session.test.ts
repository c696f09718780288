/** Sessions with the target. */
import { withSession } from '../../src/adapters/postgres';
import { testDatabase } from '../support/database';

test('a session that was ended between two queries says by whom', async () => {
  const database = await testDatabase();
  const used = withSession(database.url, { applicationName: 'lockkeeper/session' }, async (client) => {
    const ended = new Promise<void>((resolve) => client.on('end', resolve));
    await database.client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockkeeper/session'`,
    );
    await ended;
    await client.query('SELECT 1');
  });
  await expect(used).rejects.toThrow('terminating connection due to administrator command');
  await database.drop();
});
