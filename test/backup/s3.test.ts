/** Backups in a bucket of a real S3 server. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { metaName } from '../../src/backup/meta';
import { openStore } from '../../src/backup/store';
import type { StoreConfig } from '../../src/config/backup';
import { backupBench, type BackupBench } from '../support/backup';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { createPgTools } from '../../src/adapters/pg-tools';
import { startS3, STARTS_WITHIN_MS, type S3Server } from '../support/s3-server';
import { until } from '../support/until';

let database: TestDatabase;
let server: S3Server;
let bench: BackupBench;
const tools = createPgTools(pgBin(''));

function store(over: Partial<Extract<StoreConfig, { kind: 's3' }>> = {}): StoreConfig {
  return {
    kind: 's3',
    bucket: server.bucket,
    prefix: 'shop/',
    region: 'us-east-1',
    endpoint: server.endpoint,
    forcePathStyle: true,
    ...over,
  };
}

beforeAll(async () => {
  server = await startS3();
  database = await testDatabase();
  // More than two parts of an upload, once dumped without compression.
  await database.client.query(
    `CREATE TABLE big (id int PRIMARY KEY, body text); INSERT INTO big SELECT i, repeat(md5(i::text), 40) FROM generate_series(1, 18000) i;
     CREATE TABLE small AS SELECT 1 AS a`,
  );
}, STARTS_WITHIN_MS);
afterAll(async () => {
  await database.drop();
  await server.stop();
});
afterEach(() => bench.close());

async function uploads(): Promise<unknown[]> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = server.env;
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: server.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: server.bucket }));
  client.destroy();
  return Uploads;
}

const objects = (): string[] => (existsSync(server.folder) ? readdirSync(join(server.folder, 'shop')).sort() : []);

describe.each([
  ['custom', 'dump'],
  ['directory', 'dir'],
  ['plain', 'sql'],
] as const)('format %s', (format, extension) => {
  it('is stored in parts, restored from the bucket, listed, and leaves nothing on this host', async () => {
    bench = backupBench(
      database.url,
      { format, compression: 'none', store: store(), keep: { count: 1, ageMs: null } },
      tools,
      server.env,
    );
    const { meta, location } = await bench.take();
    expect(location).toBe(`s3://backups/shop/${meta.id}.${extension}`);
    expect(meta.bytes).toBeGreaterThan(20_000_000);
    expect(readdirSync(bench.dir)).toEqual([]);
    await bench.prove(meta.id);
    expect(readdirSync(bench.dir)).toEqual([]);
    expect((await bench.find(meta.id)).verified).toMatchObject({ sha256: meta.sha256 });
    const [second, third] = [await bench.take(), await bench.take()];
    expect([second.expired, third.expired]).toEqual([[], [second.meta.id]]);
    expect(objects().filter((name) => name.startsWith(second.meta.id) && !name.endsWith('.dir'))).toEqual([]);
    // Clears the way for the next format.
    const { files } = meta;
    await openStore(bench.config, server.env).remove(
      [...files, ...third.meta.files].map(({ name }) => name).concat(objects()),
    );
  });
});

it('sees one byte that changed in the bucket, and an object that is gone', async () => {
  bench = backupBench(database.url, { compression: 'none', store: store() }, tools, server.env);
  const { meta } = await bench.take();
  const file = join(server.folder, 'shop', `${meta.id}.dump`);
  const content = readFileSync(file);
  content[content.length >> 1]! ^= 1;
  writeFileSync(file, content);
  await expect(bench.prove(meta.id)).rejects.toThrow(/^s3:\/\/backups\/shop\/.*\.dump is damaged: /);
  appendFileSync(file, 'x');
  await expect(bench.prove(meta.id)).rejects.toThrow(/is damaged: /);
  renameSync(file, join(server.folder, 'away'));
  await expect(bench.prove(meta.id)).rejects.toThrow(/\.dump is not there\./);
  expect(readdirSync(bench.dir)).toEqual([]);
});

it('leaves no part of an upload that was stopped', async () => {
  bench = backupBench(database.url, { store: store() }, tools, server.env);
  const [name, file] = ['migration_backup_20260101_000000.dump', join(bench.dir, 'large')];
  writeFileSync(file, '');
  truncateSync(file, 512 * 1024 * 1024);
  const stop = new AbortController();
  const sent = openStore(bench.config, server.env).put(file, name, stop.signal);
  const outcome = expect(sent).rejects.toThrow(/abort/i);
  await until('an upload is under way', async () => (await uploads()).length > 0);
  stop.abort();
  await outcome;
  await until('its parts are gone', async () => (await uploads()).length === 0);
  expect(objects()).not.toContain(name);
  expect(existsSync(file)).toBe(true);
});

it.each(['custom', 'directory'] as const)(
  'removes what a killed backup of format %s left in the bucket, and nothing that is whole',
  async (format) => {
    bench = backupBench(database.url, { format, compression: 'none', store: store() }, tools, server.env);
    const [cut, whole] = [await bench.take(), await bench.take()];
    rmSync(join(server.folder, 'shop', metaName(cut.meta.id, format)));
    for (const { meta } of [cut, whole]) {
      const folder = join(bench.dir, `${meta.id}.partial`);
      mkdirSync(folder);
      const owner = { host: hostname(), pid: process.pid, instance: 'an earlier process of this number' };
      const leaves = { applicationName: null, scratchId: null };
      writeFileSync(join(folder, 'owner.json'), JSON.stringify({ ...owner, leaves }));
    }
    await bench.take();
    const left = readdirSync(join(server.folder, 'shop'), { recursive: true, withFileTypes: true });
    const files = left.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    expect(files.filter((path) => path.includes(cut.meta.id))).toEqual([]);
    expect(readdirSync(bench.dir)).toEqual([]);
    await bench.prove(whole.meta.id);
  },
);

it.each([
  [
    'a wrong secret',
    () => store(),
    { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'canary-secret' },
    /cannot be listed: SignatureDoesNotMatch\.$/,
  ],
  [
    'an unknown key',
    () => store(),
    { AWS_ACCESS_KEY_ID: 'canary-key', AWS_SECRET_ACCESS_KEY: 'x' },
    /cannot be listed: (InvalidAccessKeyId|XAdminUserNotFound)\.$/,
  ],
  ['no such bucket', () => store({ bucket: 'nobodys' }), null, /^s3:\/\/nobodys\/.* cannot be listed: NoSuchBucket\.$/],
  ['nobody there', () => store({ endpoint: 'http://127.0.0.1:9' }), null, /cannot be listed: .*ECONNREFUSED/],
])('says in one sentence: %s', async (_name, config, env, says) => {
  bench = backupBench(database.url, { store: config() }, tools, env ?? server.env);
  const failure = await bench.take().catch((error: Error) => error.message);
  expect(failure).toMatch(says);
  expect(failure).not.toMatch(/canary/);
  expect(readdirSync(bench.dir)).toEqual([]);
});

it.each(['', '<html><body>404 Not Found</body></html>'])(
  'takes a 404 of what is no bucket for a failure, and keeps the file: %p',
  async (body) => {
    const proxy = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(404).end(body));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = proxy.address() as AddressInfo;
      bench = backupBench(database.url, { store: store({ endpoint: `http://127.0.0.1:${port}` }) }, tools, server.env);
      const [name, file] = ['migration_backup_20260101_000000.dump', join(bench.dir, 'small')];
      writeFileSync(file, 'content');
      const opened = openStore(bench.config, server.env);
      await expect(opened.put(file, name)).rejects.toThrow(/\.dump cannot be written: /);
      expect(readFileSync(file, 'utf8')).toBe('content');
      await expect(opened.list('.meta')).rejects.toThrow(/ cannot be listed: /);
      await expect(opened.readText(name)).rejects.toThrow(/\.dump cannot be read: /);
      await expect(opened.remove([name])).rejects.toThrow(/\.dump cannot be deleted: /);
    } finally {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  },
);
