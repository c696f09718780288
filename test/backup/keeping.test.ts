/** What stays in the folder of backups, and what goes: rotation, killed runs, failures in mid-dump. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPgTools, type PgTools } from '../../src/adapters/pg-tools';
import { LocalStore } from '../../src/adapters/backup-store/local';
import { summaryOf } from '../../src/backup/meta';
import { isIntact } from '../../src/backup/prove';
import { removeAbandoned, type Leavings } from '../../src/backup/staging';
import { backupBench, type BackupBench } from '../support/backup';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { testRole } from '../support/role';
import { until } from '../support/until';

let database: TestDatabase;
let bench: BackupBench;

beforeAll(async () => {
  database = await testDatabase();
  await database.client.query(
    `CREATE TABLE a (id int PRIMARY KEY, body text); INSERT INTO a SELECT i, md5(i::text) FROM generate_series(1, 200000) i`,
  );
});
afterAll(() => database.drop());
afterEach(() => bench.close());

/** PostgreSQL's programs, with pg_dump behind a script. */
function toolsWith(script: string): { tools: PgTools; close: () => void } {
  const bin = mkdtempSync(join(tmpdir(), 'lockkeeper bin '));
  for (const program of ['pg_restore', 'psql', 'pg_dumpall']) symlinkSync(pgBin(program), join(bin, program));
  writeFileSync(
    join(bin, 'pg_dump'),
    `#!/bin/sh\n[ "$1" = --version ] && exec '${pgBin('pg_dump')}' "$@"\n${script.replaceAll('PG_DUMP', `'${pgBin('pg_dump')}'`)}\n`,
  );
  chmodSync(join(bin, 'pg_dump'), 0o755);
  return { tools: createPgTools(bin), close: () => rmSync(bin, { recursive: true }) };
}

async function sessions(): Promise<number> {
  const { rows } = await database.client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper/%'`,
  );
  return rows[0]?.count ?? 0;
}

test('a backup that is looked at is left as soon as nobody waits for the answer', async () => {
  bench = backupBench(database.url);
  const { meta, location } = await bench.take();
  const store = new LocalStore(bench.dir);
  expect(await isIntact(store, summaryOf(meta, location), new AbortController().signal)).toBe(true);
  await expect(isIntact(store, summaryOf(meta, location), AbortSignal.abort())).rejects.toThrow('aborted');
});

test('rotation keeps what the rules keep, and the newest that is verified', async () => {
  bench = backupBench(database.url, { keep: { count: 2, ageMs: null } });
  const first = (await bench.take()).meta.id;
  await bench.prove(first);
  const second = (await bench.take()).meta.id;
  expect((await bench.take()).expired).toEqual([]);
  expect((await bench.take()).expired).toEqual([second]);
  expect(existsSync(join(bench.dir, `${first}.dump`))).toBe(true);
  expect(readdirSync(bench.dir).filter((name) => name.startsWith(second))).toEqual([]);
});

test('another target of the same folder is left alone', async () => {
  bench = backupBench(database.url, { keep: { count: 1, ageMs: null } });
  const other = await bench.take({ target: 'other' });
  await bench.take();
  expect((await bench.take()).expired).toHaveLength(1);
  expect(existsSync(`${other.location}.meta`)).toBe(true);
});

test('a disk that fills up in mid-dump leaves nothing, and says so', async () => {
  // To the program, a limit of its files is a full disk: a write that fails.
  const limited = toolsWith(`trap '' XFSZ; ulimit -f 200; exec PG_DUMP "$@"`);
  bench = backupBench(database.url, { compression: 'none' }, limited.tools);
  await expect(bench.take()).rejects.toThrow(/pg_dump ended with exit code 1: .*(File too large|No space left)/);
  expect(readdirSync(bench.dir)).toEqual([]);
  await until('no session is left', async () => (await sessions()) === 0);
  limited.close();
});

test('too little room is found before anything is dumped', async () => {
  const never = toolsWith('exit 3');
  bench = backupBench(database.url, {}, never.tools);
  const statfs = jest.spyOn(jest.requireActual<typeof import('node:fs/promises')>('node:fs/promises'), 'statfs');
  statfs.mockResolvedValue({ bavail: 1, bsize: 4096 } as never);
  await expect(bench.take()).rejects.toThrow(/ has 1 MB free, and the backup may take \d+ MB; free some space\.$/);
  statfs.mockRestore();
  expect(readdirSync(bench.dir)).toEqual([]);
  never.close();
});

test.each([
  ['an abort', async (stop: AbortController) => stop.abort(), /abort/i],
  [
    'a session that ends',
    () =>
      database.client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'lockkeeper/backup/test'`,
      ),
    /terminat/i,
  ],
])('%s in mid-dump ends pg_dump, and leaves nothing', async (_name, act, says) => {
  const slow = toolsWith('exec sleep 600');
  bench = backupBench(database.url, {}, slow.tools);
  const stop = new AbortController();
  const taken = bench.take({ signal: stop.signal });
  const outcome = expect(taken).rejects.toThrow(says);
  await until('the dump runs', () => readdirSync(bench.dir).length > 0);
  await until('its session is open', async () => (await sessions()) > 0);
  await act(stop);
  await outcome;
  expect(readdirSync(bench.dir)).toEqual([]);
  await until('no session is left', async () => (await sessions()) === 0);
  slow.close();
});

test('what dead runs left is removed; a living one, a link and strangers stay', async () => {
  bench = backupBench(database.url);
  const partial = (id: string, owner: object | null): string => {
    const folder = join(bench.dir, `${id}.partial`);
    mkdirSync(folder);
    if (owner) writeFileSync(join(folder, 'owner.json'), JSON.stringify(owner));
    return folder;
  };
  const dead = spawn('true');
  await new Promise((resolve) => dead.on('close', resolve));
  const host = hostname();
  const leaves = { applicationName: 'lockkeeper/x', scratchId: null };
  partial('migration_backup_20200101_000000', { host, pid: dead.pid, instance: 'x', leaves });
  writeFileSync(join(bench.dir, 'migration_backup_20200101_000000.dump'), 'its .meta was never written');
  mkdirSync(join(bench.dir, 'migration_backup_20200101_000000.dir'));
  writeFileSync(join(bench.dir, 'migration_backup_20200101_000000.dir', 'toc.dat'), "nor was this one's");
  partial('migration_backup_20200102_000000', {
    host,
    pid: process.pid,
    instance: 'an earlier process of this number',
    leaves,
  });
  // Its maker died before it had said whose it is.
  const unowned = partial('migration_backup_20200107_000000', null);
  writeFileSync(join(unowned, 'owner.json.new'), '{');
  const kept = [
    partial('migration_backup_20200103_000000', { host: 'elsewhere', pid: dead.pid, instance: 'x' }),
    partial('migration_backup_20200104_000000', { host, pid: process.ppid, instance: 'x' }),
    partial('migration_backup_20200105_000000', null),
    partial('somebody elses', null),
  ];
  writeFileSync(join(bench.dir, 'migration_backup_20200105_000000.partial', 'strange'), 'made by nobody that is known');
  symlinkSync(tmpdir(), join(bench.dir, 'migration_backup_20200106_000000.partial'));
  const ended: Leavings[] = [];
  await removeAbandoned(bench.dir, new LocalStore(bench.dir), async (left) => void ended.push(...left));
  expect(ended).toEqual([leaves, leaves]);
  expect(
    readdirSync(bench.dir)
      .map((name) => join(bench.dir, name))
      .sort(),
  ).toEqual([...kept, join(bench.dir, 'migration_backup_20200106_000000.partial')].sort());
});

test('a role that cannot read all is told which table, and nothing is written', async () => {
  const role = await testRole();
  bench = backupBench(role.url(database.name));
  await expect(bench.take()).rejects.toThrow('The role may not read public.a; grant SELECT on it.');
  await database.client.query(`GRANT SELECT ON a TO ${role.name}; ALTER TABLE a ENABLE ROW LEVEL SECURITY`);
  await expect(bench.take()).rejects.toThrow(
    'Row security hides rows of public.a from the role; let it own the table, or give it BYPASSRLS.',
  );
  expect(readdirSync(bench.dir)).toEqual([]);
  await database.client.query(`ALTER TABLE a DISABLE ROW LEVEL SECURITY; REVOKE ALL ON a FROM ${role.name}`);
  await role.drop();
});

test('a backup without the roles says why', async () => {
  const bin = mkdtempSync(join(tmpdir(), 'lockkeeper bin '));
  for (const program of ['pg_restore', 'pg_dump']) symlinkSync(pgBin(program), join(bin, program));
  bench = backupBench(database.url, {}, createPgTools(bin));
  const { meta } = await bench.take();
  expect(JSON.stringify(meta.globals)).toMatch(/^\{"missing":".*pg_dumpall could not be started \(ENOENT\)/);
  await bench.prove(meta.id);
  rmSync(bin, { recursive: true });
});

test('a throttled dump is no faster than asked, and restores', async () => {
  const bytesPerSecond = 4_000_000;
  bench = backupBench(database.url, { bytesPerSecond, compression: 'none' });
  const { meta } = await bench.take();
  expect(meta.durationMs).toBeGreaterThan((meta.bytes / bytesPerSecond) * 1000);
  await bench.prove(meta.id);
});

test('a large table is compared by a sample, which sees a row that changed', async () => {
  bench = backupBench(database.url, { sampleAboveBytes: 1_000_000 });
  const { meta } = await bench.take();
  const { rows, sampledOneIn } = meta.contents.tables['public.a'] ?? {};
  expect(rows).toBe(200_000);
  expect(sampledOneIn).toBeGreaterThan(5);
  await bench.prove(meta.id);
});
