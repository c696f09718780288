/** Backups by a pg_dump that compresses with zstd, in every format: restored for real, and refused when a byte is not what it was. */
import { appendFileSync, copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createPgTools, type PgTools } from '../../src/adapters/pg-tools';
import type { BackupMeta } from '../../src/backup/meta';
import { requireTool, resolvePostgresWithZstd, startPostgres, type LocalPostgres } from '../../src/local';
import { backupBench, type BackupBench } from '../support/backup';

const ROWS = `CREATE TABLE events (id int PRIMARY KEY, body text);
  INSERT INTO events SELECT i, repeat(md5(i::text), 10) FROM generate_series(1, 20000) AS i;
  SELECT lo_from_bytea(424242, convert_to(repeat('large', 100000), 'UTF8'))`;
/** The first bytes of a frame, least significant first. */
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

let folder: string;
let server: LocalPostgres;
let tools: PgTools;
let bench: BackupBench;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockkeeper-zstd-'));
  // User `postgres` must be able to enter it.
  await chmod(folder, 0o755);
  const { path: binDir } = requireTool(await resolvePostgresWithZstd({ mode: 'install' }));
  server = await startPostgres({ dataDir: join(folder, 'pg'), port: 5750, binDir, settings: { fsync: 'off' } });
  tools = createPgTools(binDir);
  await onDatabase(ROWS);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});
afterEach(() => bench.close());

async function onDatabase(sql: string): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** The file that holds the rows. */
function dataOf({ files }: BackupMeta): string {
  const [largest] = [...files].sort((a, b) => b.bytes - a.bytes);
  return join(bench.dir, largest?.name ?? '');
}

const DAMAGES: [string, (file: string) => void][] = [
  ['one byte flipped', flip],
  ['cut by a byte', (file) => truncateSync(file, readFileSync(file).length - 1)],
  ['emptied', (file) => truncateSync(file, 0)],
  ['longer by a byte', (file) => appendFileSync(file, ' ')],
];

function flip(file: string): void {
  const content = readFileSync(file);
  const middle = content.length >> 1;
  content[middle] = (content[middle] ?? 0) ^ 1;
  writeFileSync(file, content);
}

describe.each([
  ['custom', 'zstd'],
  ['directory', 'zstd'],
  ['plain', 'none'],
] as const)('format %s', (format, compression) => {
  beforeEach(() => {
    bench = backupBench(server.url, { format }, tools);
  });

  test(`is compressed: ${compression}, and restores to exactly what the database held`, async () => {
    const { meta } = await bench.take();
    expect(meta).toMatchObject({
      format,
      compression,
      tools: { pgDump: expect.stringMatching(/^1[6-9]\./) as string },
    });
    expect(readFileSync(dataOf(meta)).includes(ZSTD_MAGIC)).toBe(compression === 'zstd');
    await bench.prove(meta.id);
    expect((await bench.find(meta.id)).verified).toMatchObject({ sha256: meta.sha256 });
  });

  test.each(DAMAGES)('%s: refused', async (_, damage) => {
    const { meta } = await bench.take();
    damage(dataOf(meta));
    await expect(bench.prove(meta.id)).rejects.toThrow(/ is damaged: /);
    expect((await bench.find(meta.id)).verified).toBeNull();
  });

  test('swapped with another: refused', async () => {
    const one = (await bench.take()).meta;
    await onDatabase(`UPDATE events SET body = body || 'x' WHERE id = 1`);
    const other = (await bench.take()).meta;
    copyFileSync(dataOf(other), dataOf(one));
    await expect(bench.prove(one.id)).rejects.toThrow(/ is damaged: /);
  });
});
