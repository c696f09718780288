/** Backups in a bucket of a real S3 server. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
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
import { backupId, claimName, metaName } from '../../src/backup/meta';
import { removeAbandoned, Staging } from '../../src/backup/staging';
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
afterEach(() => {
  jest.restoreAllMocks();
  bench.close();
});

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

/** Everything below the prefix, as it is named there. */
function stored(): string[] {
  const all = readdirSync(join(server.folder, 'shop'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map(({ name }) => name);
}

it('gives two hosts that share a bucket two ids in one second', async () => {
  const other = await testDatabase();
  bench = backupBench(database.url, { store: store() }, tools, server.env);
  const second = backupBench(other.url, { store: store() }, tools, server.env);
  try {
    await other.client.query('CREATE TABLE elsewhere AS SELECT 1 AS id');
    // Ahead of what the other tests have taken, and not so far that the server calls the clock wrong.
    const now = Date.now() + 120_000;
    jest.spyOn(Date, 'now').mockReturnValue(now);
    const taken = await Promise.all([bench.take(), second.take()]);
    jest.restoreAllMocks();
    expect(taken.map(({ meta }) => meta.id).sort()).toEqual([backupId(new Date(now)), backupId(new Date(now + 1000))]);
    for (const { meta } of taken) await bench.prove(meta.id);
    expect(stored().filter((name) => name.endsWith('.claim'))).toEqual([]);
  } finally {
    second.close();
    await other.drop();
  }
});

it('is claimed once, also where the answer to that was lost', async () => {
  bench = backupBench(database.url, { store: store() }, tools, server.env);
  const [name, opened] = [claimName('migration_backup_20260101_000000'), openStore(bench.config, server.env)];
  expect(await Promise.all(['a', 'b'].map((token) => opened.claim(name, token)))).toContain(false);
  const holder = readFileSync(join(server.folder, 'shop', name), 'utf8');
  expect(await opened.claim(name, holder)).toBe(true);
  expect(await opened.claim(name, 'c')).toBe(false);
  await opened.remove([name]);
  expect(await opened.claim(name, 'c')).toBe(true);
  await opened.remove([name]);
});

it('removes nothing that another host is making, whatever died here', async () => {
  bench = backupBench(database.url, { store: store() }, tools, server.env);
  const opened = openStore(bench.config, server.env);
  const leaves = { applicationName: null, scratchId: null };
  const kill = (folder: string): void => {
    const owner = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as object;
    writeFileSync(join(folder, 'owner.json'), JSON.stringify({ ...owner, instance: 'an earlier process' }));
  };
  const theirs = await Staging.forBackup(mkdtempSync(join(bench.dir, 'other ')), leaves, opened);
  writeFileSync(theirs.path('dump'), 'half of it');
  await opened.put(theirs.path('dump'), `${theirs.id}.dump`);
  const restore = await Staging.open(bench.dir, leaves);
  kill(restore.folder);
  // A backup that died before it could claim the id.
  const late = join(bench.dir, `${theirs.id}.partial`);
  mkdirSync(late);
  writeFileSync(
    join(late, 'owner.json'),
    JSON.stringify({ host: hostname(), pid: process.pid, instance: 'an earlier process', leaves, token: 'another' }),
  );
  await removeAbandoned(bench.dir, opened, () => Promise.resolve());
  expect(readdirSync(bench.dir).filter((name) => name.endsWith('.partial'))).toEqual([]);
  expect(stored()).toEqual(expect.arrayContaining([`${theirs.id}.dump`, claimName(theirs.id)]));
  await theirs.close();
  await restore.close();
  expect(stored().filter((name) => name.startsWith(theirs.id))).toEqual([]);
});

it('leaves nothing in the bucket of a backup that fails between its dump and its .meta', async () => {
  bench = backupBench(database.url, { store: store() }, tools, server.env);
  const opened = openStore(bench.config, server.env);
  const put = opened.put.bind(opened);
  jest.spyOn(opened, 'put').mockImplementation((file, name, signal) => {
    if (name.endsWith('.meta')) throw new Error('no more room');
    return put(file, name, signal);
  });
  const before = stored();
  await expect(bench.take({ store: opened })).rejects.toThrow('no more room');
  expect(stored()).toEqual(before);
  expect(readdirSync(bench.dir)).toEqual([]);
});

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
