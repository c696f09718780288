/** Starts what every test shares: one PostgreSQL and one Temporal dev server. Found by tests through the environment. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startTemporal, type LocalPostgres, type LocalTemporal } from '../../src/local';

export interface SharedServers {
  postgres: LocalPostgres;
  temporal: LocalTemporal;
  folder: string;
}

declare global {
  var lockkeeperServers: SharedServers | undefined;
}

/** Nothing here outlives the run, so nothing is worth waiting for the disk. */
const FAST = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: 200,
  // For the tests in which a database has a logical slot.
  wal_level: 'logical',
  max_prepared_transactions: 4,
  shared_buffers: '256MB',
};

export default async function setup(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lockkeeper-test-'));
  // User `postgres` must be able to enter it.
  await chmod(folder, 0o755);
  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'pg'), port: 5533, settings: FAST }),
    startTemporal({ port: 7333, uiPort: 8333 }),
  ]);
  globalThis.lockkeeperServers = { postgres, temporal, folder };
  process.env['LOCKKEEPER_TEST_PG_URL'] = postgres.url;
  process.env['LOCKKEEPER_PG_BIN'] = postgres.binDir;
  process.env['TEMPORAL_ADDRESS'] = temporal.address;
  process.env['TEMPORAL_UI_URL'] = temporal.uiUrl;
}
