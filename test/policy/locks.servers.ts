/** Predicted locks and rewrites on every major version of PostgreSQL that Lockkeeper serves. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { loadParser } from '../../src/adapters/sql-parser';
import { requireTool, resolvePostgresMajor, startPostgres } from '../../src/local';
import { MAJORS } from '../../src/local/postgres-major-tool';
import { zooMisses } from './zoo-misses';

let folder: string;

beforeAll(async () => {
  await loadParser();
  folder = await mkdtemp(join(tmpdir(), 'lockkeeper-servers-'));
  // User `postgres` must be able to enter it.
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(MAJORS)('the zoo of DDL on PostgreSQL %i: prediction = measurement', async (major) => {
  const { path: binDir } = requireTool(await resolvePostgresMajor(major, { mode: 'install' }));
  const server = await startPostgres({
    dataDir: join(folder, String(major)),
    port: 5700,
    binDir,
    settings: { fsync: 'off', wal_level: 'logical' },
  });
  const client = new Client({ connectionString: server.url });
  try {
    await client.connect();
    const { rows } = await client.query<{ major: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS major",
    );
    expect(rows).toEqual([{ major }]);
    const { measured, misses } = await zooMisses(client);
    expect(misses).toEqual([]);
    expect(measured).toBeGreaterThan(400);
  } finally {
    await client.end();
    await server.stop();
  }
});
