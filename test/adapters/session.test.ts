/** Sessions with the target. */
import { Socket } from 'node:net';
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

test('a connection that is silently gone is missed by both sides within minutes', async () => {
  const keepAlive = jest.spyOn(Socket.prototype, 'setKeepAlive');
  const database = await testDatabase();
  try {
    await withSession(database.url, { applicationName: 'lockkeeper/session' }, async (client) => {
      expect(keepAlive).toHaveBeenLastCalledWith(true, 10_000);
      const { rows } = await client.query(
        `SELECT current_setting('tcp_keepalives_idle') AS idle, current_setting('tcp_keepalives_interval') AS "interval"`,
      );
      expect(rows).toEqual([{ idle: '30', interval: '10' }]);
    });
  } finally {
    keepAlive.mockRestore();
    await database.drop();
  }
});
