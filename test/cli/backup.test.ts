/** `lockkeeper backup`: what a person sees and gets, and the backups that must be refused. */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { scratchName } from '../../src/adapters/scratch';
import { digestFile } from '../../src/adapters/backup-store/digest-file';
import { runCli, type CliRun } from '../support/cli';
import { databaseUrl, onServer, testDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';
import { project } from './project';

const BIN = join(__dirname, '..', '..', 'bin', 'lockkeeper.js');

let database: TestDatabase;
let root: string;
const env = (): NodeJS.ProcessEnv => ({ ...process.env, MAIN_URL: database.url, LOCKKEEPER_LOG_LEVEL: 'silent' });

function configure(backup: Record<string, unknown>): void {
  const file = {
    environments: { test: { targets: { main: { urlEnv: 'MAIN_URL' }, other: { urlEnv: 'MAIN_URL' } }, backup } },
  };
  writeFileSync(join(root, 'lockkeeper.yaml'), stringify(file));
}

const lockkeeper = (...argv: string[]): Promise<CliRun> =>
  runCli(['backup', ...argv, '--target', 'main'], { cwd: root, env: env() });

async function answered(...argv: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await lockkeeper(...argv, '--json');
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function created(): Promise<string> {
  return ((await answered('create')) as { backup: { id: string } }).backup.id;
}

async function refused(code: number, says: RegExp, ...argv: string[]): Promise<void> {
  const before = await databases();
  const files = readdirSync(root, { recursive: true }).sort();
  const run = await lockkeeper(...argv);
  expect(run.stderr).toMatch(says);
  expect(run.code).toBe(code);
  expect(await databases()).toEqual(before);
  expect(readdirSync(root, { recursive: true }).sort()).toEqual(files);
}

/** Of this test: others run beside it. */
async function databases(): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname LIKE $1 OR datdba = (SELECT oid FROM pg_roles WHERE rolname = 'backup_test_owner') ORDER BY 1`,
    [`${database.name}%`],
  );
  return rows.map(({ name }) => name);
}

beforeAll(async () => {
  database = await testDatabase();
  await database.client.query(
    `CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders SELECT i, repeat(md5(i::text), 10) FROM generate_series(1, 5000) i`,
  );
});
afterAll(() => database.drop());
beforeEach(() => {
  root = project({ 'prisma/migrations/1_init/migration.sql': 'SELECT 1;' });
  configure({});
});
afterEach(() => rmSync(root, { recursive: true }));

const backups = (...path: string[]): string => join(root, 'backups', ...path);

describe('a backup', () => {
  test('is made, listed, verified and restored; every step says what it does', async () => {
    const made = await lockkeeper('create');
    expect(made.stderr).toMatch(/^Back up test\/main into .*backups \(custom\)\.\n/);
    expect(made.stdout).toMatch(/1 table, 5000 rows, at /);
    const id = made.stdout.split('\n')[0] ?? '';
    expect((await lockkeeper('list')).stdout).toMatch(new RegExp(`${id} .* never `));
    const verified = await lockkeeper('verify', id);
    expect(verified.stderr).toMatch(
      /1\. read it .*\n.*2\. restore .*\n.*3\. compare 1 table.*\n.*4\. drop[^]*Restoring[^]*Comparing/,
    );
    expect(verified.stdout).toMatch(/is verified: restored in .*, 1 table compared in .*, no difference\.\n$/);
    expect((await lockkeeper('list')).stdout).not.toMatch(/never/);
    const name = `${database.name} "copy" a=b`;
    try {
      const restored = await lockkeeper('restore', '--database', name);
      expect(restored.stderr).toContain(`4. analyse it, and name it ${name}; ${database.name} is not touched`);
      expect(restored.code).toBe(0);
      const copy = new Client({ connectionString: databaseUrl(name) });
      await copy.connect();
      expect((await copy.query('SELECT count(*)::int AS n FROM orders')).rows).toEqual([{ n: 5000 }]);
      expect((await copy.query(`SELECT FROM pg_stats WHERE tablename = 'orders'`)).rowCount).toBeGreaterThan(0);
      await copy.end();
      await refused(
        2,
        /There is a database .* already, and a restore writes over nothing\./,
        'restore',
        '--database',
        name,
      );
    } finally {
      await onServer(`DROP DATABASE IF EXISTS "${name.replaceAll('"', '""')}"`);
    }
  });

  test('is restored under a derived name, and a name that is too long is refused', async () => {
    const id = await created();
    const { database: name } = await answered('restore', id);
    try {
      expect(name).toBe(`${database.name}${id.replace('migration_backup', '_restored')}`);
    } finally {
      await onServer(`DROP DATABASE "${String(name)}"`);
    }
    await refused(2, /--database must be a name of 1 to 63 bytes/, 'restore', id, '--database', 'ü'.repeat(32));
  });

  test('of another target is not the newest of this one', async () => {
    await created();
    const run = await runCli(['backup', 'verify', '--target', 'other'], { cwd: root, env: env() });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/There is no backup of test\/other in .*; "lockkeeper backup create" makes one\./);
  });

  test.each([
    '../../etc/passwd',
    'migration_backup_20260101_000000/../x',
    'migration_backup_2026',
    '',
    '/etc/passwd',
    'x\u0000y',
  ])('with the id %j is refused, and nothing is read', (id) =>
    refused(2, /is not the id of a backup; they look like migration_backup_/, 'verify', id),
  );

  test('that is not there is said so', () =>
    refused(
      2,
      /There is no backup migration_backup_20260101_000000 in /,
      'verify',
      'migration_backup_20260101_000000',
    ));

  test('behind a symbolic link is not read', async () => {
    const id = await created();
    const away = join(mkdtempSync(join(tmpdir(), 'lockkeeper away ')), 'dump');
    renameSync(backups(`${id}.dump`), away);
    symlinkSync(away, backups(`${id}.dump`));
    await refused(1, /\.dump is a symbolic link; a backup is never read through one\./, 'verify', id);
    rmSync(backups(`${id}.dump`));
    renameSync(away, backups(`${id}.dump`));
    renameSync(backups(`${id}.dump.meta`), away);
    symlinkSync(away, backups(`${id}.dump.meta`));
    await refused(1, /\.meta is a symbolic link\./, 'verify', id);
  });
});

describe.each([
  ['custom', 'auto'],
  ['custom', 'none'],
  ['directory', 'none'],
  ['plain', 'none'],
] as const)('damage in format %s with compression %s', (format, compression) => {
  let id: string;
  let file: string;

  beforeEach(async () => {
    configure({ format, compression });
    id = await created();
    file = backups(
      readdirSync(backups()).find((name) => /\.(dump|dir|sql)$/.test(name) && !name.includes('globals')) ?? '',
    );
    if (format === 'directory') {
      const data = readdirSync(file).find((name) => name !== 'toc.dat') ?? '';
      file = join(file, data);
    }
  });

  const damages = (says: RegExp): Promise<void> => refused(1, says, 'verify', id);

  test('one byte flipped', async () => {
    const content = readFileSync(file);
    const middle = content.length >> 1;
    content[middle] = (content[middle] ?? 0) ^ 1;
    writeFileSync(file, content);
    await damages(/ is damaged: it has \d+ bytes with sha256 \w{12}, and its \.meta says \d+ with \w{12}\./);
  });

  test('cut, emptied, longer, gone', async () => {
    const copy = readFileSync(file);
    truncateSync(file, copy.length - 1);
    await damages(/ is damaged: /);
    truncateSync(file, 0);
    await damages(/ is damaged: it has 0 bytes/);
    writeFileSync(file, copy);
    appendFileSync(file, ' ');
    await damages(/ is damaged: /);
    rmSync(file);
    await damages(/ is not on this host\./);
  });

  test('swapped with another', async () => {
    await database.client.query(`UPDATE orders SET note = note || 'x' WHERE id = 1`);
    const other = await created();
    const place = file.replaceAll(id, other);
    copyFileSync(place, file);
    await damages(/ is damaged: /);
    // With its .meta too: that one speaks of another backup.
    for (const name of readdirSync(backups()).filter((entry) => entry.startsWith(other) && entry.endsWith('.meta')))
      cpSync(backups(name), backups(name.replace(other, id)));
    await damages(/is not the \.meta of this backup, or is damaged\./);
  });
});

test('a .meta whose contents are not those of the dump is refused after the restore', async () => {
  const id = await created();
  const file = backups(`${id}.dump.meta`);
  const meta = JSON.parse(readFileSync(file, 'utf8')) as { contents: { tables: Record<string, { digest: string }> } };
  meta.contents.tables['public.orders']!.digest = '1';
  meta.contents.tables['public.gone'] = { rows: 1, digest: '1' } as never;
  writeFileSync(file, JSON.stringify(meta));
  await refused(
    1,
    /restored does not hold what the database held: public\.gone \(missing\), public\.orders \(other content\)\./,
    'verify',
  );
  await refused(1, /restored does not hold what the database held/, 'restore', id);
});

test('a role that is gone fails the verification, and is named', async () => {
  const role = `gone_${database.name}`;
  await onServer(`CREATE ROLE ${role}`);
  await database.client.query(`CREATE TABLE owned (a int); ALTER TABLE owned OWNER TO ${role}`);
  const id = await created();
  await database.client.query('DROP TABLE owned');
  await onServer(`DROP ROLE ${role}`);
  await refused(1, new RegExp(`does not restore: .*role "${role}" does not exist`), 'verify', id);
});

test('an extension that is gone fails the verification, and is named', async () => {
  configure({ format: 'plain' });
  await database.client.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  const id = await created();
  await database.client.query('DROP EXTENSION pg_trgm');
  const file = backups(`${id}.sql`);
  const meta = JSON.parse(readFileSync(`${file}.meta`, 'utf8')) as {
    sha256: string;
    bytes: number;
    files: { sha256: string; bytes: number }[];
  };
  // A server without it, as far as the dump can tell.
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('pg_trgm', 'no_such_extension'));
  const digest = await digestFile(file);
  writeFileSync(`${file}.meta`, JSON.stringify({ ...meta, ...digest, files: [{ ...meta.files[0], ...digest }] }));
  await refused(1, /does not restore: .*extension "no_such_extension" is not available/, 'verify', id);
});

test('killed in mid-dump it leaves only .partial; the next run removes that, and pg_dump is gone', async () => {
  configure({ throttle: '20kB', compression: 'none' });
  const child = spawn(process.execPath, [BIN, 'backup', 'create', '--target', 'main'], {
    cwd: root,
    env: env(),
    stdio: 'ignore',
  });
  const written = (): string[] =>
    existsSync(backups()) ? readdirSync(backups(), { recursive: true, encoding: 'utf8' }) : [];
  await until('it dumps', () => written().some((name) => name.endsWith('.dump')));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(readdirSync(backups()).join()).toMatch(/^migration_backup_\d{8}_\d{6}\.partial$/);
  expect((await answered('list'))['backups']).toEqual([]);
  configure({});
  const id = await created();
  expect(readdirSync(backups()).every((name) => name.startsWith(id))).toBe(true);
  await until('no session is left', async () => {
    const { rows } = await database.client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper/%'`,
    );
    return rows.length === 0;
  });
});

test('killed while it verifies, it leaves a scratch database that the next run drops', async () => {
  await created();
  const child = spawn(process.execPath, [BIN, 'backup', 'verify', '--target', 'main'], {
    cwd: root,
    env: env(),
    stdio: 'ignore',
  });
  const scratch = async (): Promise<string[]> => {
    const id = readdirSync(backups())
      .filter((name) => name.endsWith('.partial'))
      .map((name) => backups(name, 'owner.json'))
      // The folder stands a moment before its owner does.
      .filter((owner) => existsSync(owner))
      .map((owner) => readFileSync(owner, 'utf8'))
      .map((text) => (JSON.parse(text) as { leaves: { scratchId: string | null } }).leaves.scratchId)
      // Where the dump is fetched to tells of none.
      .find((scratchId) => scratchId !== null);
    if (!id) return [];
    const { rows } = await database.client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [scratchName(id, '')],
    );
    return rows.map(({ name }) => name);
  };
  const [name] = await until('it restores', async () => {
    const found = await scratch();
    return found.length > 0 ? found : null;
  });
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(await scratch()).toEqual([name]);
  await answered('verify');
  const { rows } = await database.client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  expect(rows).toEqual([]);
});

test('Ctrl-C in mid-dump leaves nothing', async () => {
  configure({ throttle: '20kB', compression: 'none' });
  const run = lockkeeper('create');
  await until('it dumps', () => existsSync(backups()) && readdirSync(backups()).length > 0);
  process.emit('SIGINT');
  const { code, stderr } = await run;
  expect(stderr).toContain('Interrupted; what was begun is removed.');
  expect(code).toBe(130);
  expect(readdirSync(backups())).toEqual([]);
});
