/** Bad input that needs no worker to be seen: one sentence with what, where and what to do; an exit code; nothing written. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { judgeServer } from '../../src/adapters/inspect';
import { checkName } from '../../src/adapters/migration-files';
import { runCli, spawnCli, type CliRun } from '../support/cli';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';
import { testRole, type TestRole } from '../support/role';
import { witness } from '../support/untouched';

const URL_ENV = 'BAD_INPUT_URL';
const CONFIG = { environments: { dev: { targets: { main: { urlEnv: URL_ENV } }, backup: { dir: 'backups' } } } };

let database: TestDatabase;
let role: TestRole;
let root: string;
const folders: string[] = [];

beforeAll(async () => {
  role = await testRole('CREATEDB');
  database = await testDatabase();
  await database.client.query(`ALTER DATABASE ${database.name} OWNER TO ${role.name}`);
});
afterAll(async () => {
  await database.drop();
  await role.drop();
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lockkeeper bad input '));
  folders.push(root);
  config(CONFIG);
  migration('1_init', 'CREATE TABLE a (id int);');
});
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

interface Case {
  name: string;
  arrange?: () => void | Promise<void>;
  argv?: string[];
  url?: () => string | undefined;
  env?: () => NodeJS.ProcessEnv;
  exit: number;
  says: RegExp;
}

/** Runs the case, with the oracle around it. */
async function refuse(
  { arrange, argv = ['plan'], url = () => role.url(database.name), env = () => ({}), exit, says }: Case,
  runner = runCli,
): Promise<CliRun> {
  await arrange?.();
  const before = await witness(database.name, role.name, root);
  const target = url();
  const result = await runner(argv, {
    cwd: root,
    env: { ...process.env, ...(target === undefined ? {} : { [URL_ENV]: target }), ...env() },
  });
  if (process.env['SHOW_WORDS'])
    process.stderr.write(`${result.code}  ${result.stderr}${result.stdout.slice(0, 3000)}\n`);
  expect(`${result.stderr}\n${result.stdout}`).toMatch(says);
  expect(result.stderr).not.toMatch(/\n\s+at |undefined|\[object/);
  if (target) expect(result.stderr + result.stdout).not.toContain(role.password);
  expect(result.code).toBe(exit);
  await before.confirm();
  return result;
}

/** One sentence: one line that begins with the program's name and ends with a period. */
const sentence = ({ stderr }: CliRun): void => expect(stderr).toMatch(/^lockkeeper: [^\n]+\.\n$/);

describe('lockkeeper.yaml', () => {
  const CASES: Case[] = [
    {
      name: 'is not there',
      arrange: () => rmSync(join(root, 'lockkeeper.yaml')),
      exit: 2,
      says: /No lockkeeper\.yaml found in .*bad input.* or above; run "lockkeeper init"/,
    },
    {
      name: 'is named and is not there',
      argv: ['plan', '--config', 'other.yaml'],
      exit: 2,
      says: /No other\.yaml found; run "lockkeeper init"/,
    },
    { name: 'is a folder', argv: ['plan', '--config', 'prisma'], exit: 2, says: /prisma cannot be read \(EISDIR\)/ },
    {
      name: 'has no such environment',
      argv: ['plan', '--env', 'prod'],
      exit: 2,
      says: /Unknown environment "prod"; .*lockkeeper\.yaml defines dev\./,
    },
    {
      name: 'has no such target',
      argv: ['plan', '--env', 'dev', '--target', 'x'],
      exit: 2,
      says: /Unknown target of dev "x"; .* defines main\./,
    },
    {
      name: 'has several environments and none is named',
      arrange: () => config({ environments: { ...CONFIG.environments, prod: CONFIG.environments.dev } }),
      exit: 2,
      says: /Say which environment: dev, prod defined in .*lockkeeper\.yaml\./,
    },
    {
      name: 'has an environment without targets',
      arrange: () => config({ environments: { dev: { targets: {} } } }),
      exit: 2,
      says: /target/,
    },
  ];
  test.each(CASES)('$name', async (each) => sentence(await refuse(each)));

  test('has several mistakes: all are told at once, with their paths', async () => {
    const { stderr } = await refuse({
      name: '',
      arrange: () =>
        config({
          projekt: {},
          environments: {
            dev: {
              targets: { main: { urlEnv: 'not a name' } },
              approvals: { required: -1, expiry: '3 weeks' },
              lockTimeout: 5,
              monitor: { thresholds: { critical: ['cpu > much'] } },
            },
            'pro d': { targets: {} },
          },
        }),
      exit: 2,
      says: /lockkeeper\.yaml has 7 mistakes:/,
    });
    for (const path of [
      'environments.dev.targets.main.urlEnv',
      'environments.dev.approvals.required',
      'environments.dev.approvals.expiry',
      'environments.dev.lockTimeout',
      'environments.dev.monitor.thresholds.critical.0',
      'environments.pro d',
      'projekt',
    ]) {
      expect(stderr).toContain(path);
    }
  });

  test.each<Case>([
    {
      name: 'has a syntax error',
      arrange: () => text('lockkeeper.yaml', 'environments:\n  dev: [\n'),
      exit: 2,
      says: /lockkeeper\.yaml is not valid YAML:\n {2}line 3, column 1: Flow sequence.*\.\n/,
    },
    {
      name: 'names a key twice',
      arrange: () => text('lockkeeper.yaml', 'environments: {}\nenvironments: {}\n'),
      exit: 2,
      says: /\n {2}line 2, column 1: Map keys must be unique\.\n/,
    },
    {
      name: 'has an alias without its anchor',
      arrange: () => text('lockkeeper.yaml', 'environments: *none\n'),
      exit: 2,
      says: /is not valid YAML:\n {2}Unresolved alias .*none\.\n/,
    },
    {
      name: 'has two documents',
      arrange: () => text('lockkeeper.yaml', 'environments: {}\n---\nenvironments: {}\n'),
      exit: 2,
      says: /line 2, column 1: a second document begins here; the file holds one\.\n/,
    },
    {
      name: 'is UTF-16',
      arrange: () => text('lockkeeper.yaml', Buffer.from('\ufeffenvironments: {}\n', 'utf16le')),
      exit: 2,
      says: /lockkeeper\.yaml is not UTF-8; save it as UTF-8\./,
    },
    {
      name: 'is Latin-1',
      arrange: () => text('lockkeeper.yaml', Buffer.from('contacts: { é: x }\n', 'latin1')),
      exit: 2,
      says: /lockkeeper\.yaml is not UTF-8; save it as UTF-8\./,
    },
    { name: 'is empty', arrange: () => text('lockkeeper.yaml', ''), exit: 2, says: /lockkeeper\.yaml is empty/ },
    {
      name: 'is a list',
      arrange: () => text('lockkeeper.yaml', '- a\n'),
      exit: 2,
      says: /\(top level\): .*expected object/,
    },
  ])('$name', async (each) => {
    expect((await refuse(each)).stderr).toMatch(/^lockkeeper: /);
  });
});

describe('the connection', () => {
  const CASES: Case[] = [
    {
      name: 'variable is not set',
      url: () => undefined,
      exit: 2,
      says: /BAD_INPUT_URL is not set: it must hold the PostgreSQL URL of target main in environment dev\./,
    },
    { name: 'variable is empty', url: () => '', exit: 2, says: /BAD_INPUT_URL is not set/ },
    {
      name: 'is no URL',
      url: () => `user:secret@host/${database.name}`,
      exit: 2,
      says: /BAD_INPUT_URL is not a (PostgreSQL )?URL/,
    },
    {
      name: 'has a password that is not encoded',
      url: () => 'postgresql://u:pa/s#s@127.0.0.1/db',
      exit: 2,
      says: /BAD_INPUT_URL is not a URL; write .*\(special characters percent-encoded\)\./,
    },
    {
      name: 'has the default port',
      url: () => 'postgresql://u:50%off@127.0.0.1/db',
      exit: 2,
      says: /PostgreSQL at 127\.0\.0\.1:5432/,
    },
    { name: 'is of another database system', url: () => 'mysql://u:p@h/db', exit: 2, says: /not a PostgreSQL URL/ },
    { name: 'names no database', url: () => 'postgresql://u:p@127.0.0.1:5432', exit: 2, says: /with a database name/ },
    {
      name: 'finds nobody listening',
      url: () => at({ port: '1' }),
      exit: 2,
      says: /PostgreSQL at 127\.0\.0\.1:1 cannot be reached: nothing listens there\./,
    },
    {
      name: 'names an unknown host',
      url: () => at({ hostname: 'no-such-host.invalid' }),
      exit: 2,
      says: /PostgreSQL at no-such-host\.invalid:\d+: the host name is unknown\./,
    },
    {
      name: 'has the wrong password',
      url: () => at({ password: 'wrong' }),
      exit: 2,
      says: /the password of user role_\w+ was refused\./,
    },
    {
      name: 'has no password',
      url: () => at({ password: '' }),
      exit: 2,
      says: /the server asks for a password, and the URL has none for user role_\w+\./,
    },
    {
      name: 'names a database that does not exist',
      url: () => role.url('no_such_db'),
      exit: 2,
      says: /database no_such_db does not exist\./,
    },
    {
      name: 'asks for TLS that the server has not',
      url: () => `${role.url(database.name)}?sslmode=require`,
      exit: 2,
      says: /the server does not support TLS, which the URL asks for \(sslmode\)\./,
    },
    {
      name: 'names a certificate that is not there',
      url: () => `${role.url(database.name)}?sslrootcert=/no/such/file.pem`,
      exit: 2,
      says: /the URL names the file \/no\/such\/file\.pem, which cannot be read \(ENOENT\)\./,
    },
  ];
  test.each(CASES)('$name', async (each) => sentence(await refuse(each)));

  test('reaches something that is no PostgreSQL', async () => {
    const web = createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    const { port } = web.address() as { port: number };
    try {
      sentence(
        await refuse({
          name: '',
          url: () => at({ port: String(port) }),
          exit: 2,
          says: new RegExp(`PostgreSQL at 127\\.0\\.0\\.1:${port} cannot be reached: .+\\.`),
        }),
      );
    } finally {
      web.close();
    }
  });
});

describe('the server', () => {
  const good = { version: 'PostgreSQL 15.18 on x86_64-pc-linux-gnu', number: 150018, recovery: false };
  test.each([
    [good, null],
    [
      { ...good, version: 'PostgreSQL 13.20 on x86_64', number: 130020 },
      'The target is PostgreSQL 13.20; Lockkeeper needs PostgreSQL 14 or newer.',
    ],
    [
      { ...good, version: 'CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)', number: 130000 },
      'The target is CockroachDB CCL v24.1.0; Lockkeeper needs PostgreSQL 14 or newer.',
    ],
    [{ ...good, recovery: true }, 'The target is a read replica; point the URL at the primary server.'],
  ])('%j', (server, verdict) => expect(judgeServer(server)).toBe(verdict));

  // Neither is at hand here, but both refuse the login itself, before any question can be asked.
  test.each([
    [
      'older than 14',
      '42704',
      'unrecognized configuration parameter "client_connection_check_interval"',
      /the server is older than PostgreSQL 14; Lockkeeper needs 14 or newer\./,
    ],
    [
      'a pooler',
      '08P01',
      'unsupported startup parameter: options',
      /a connection pooler answers there \(unsupported startup parameter: options\); point the URL at the server itself\./,
    ],
    ['full', '53300', 'sorry, too many clients already', /cannot be reached: sorry, too many clients already\./],
  ])('is %s', async (_, code, message, says) => {
    const server = createServer((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end(loginRefused(code, message))),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      sentence(
        await refuse({
          name: '',
          url: () => at({ port: String((server.address() as { port: number }).port) }),
          exit: 2,
          says,
        }),
      );
    } finally {
      server.close();
    }
  });
});

describe('a migration', () => {
  const CASES: Case[] = [
    {
      name: 'folder is not there',
      arrange: () => rmSync(join(root, 'prisma'), { recursive: true }),
      exit: 2,
      says: /No migrations folder at .*prisma\/migrations; set project\.migrations in lockkeeper\.yaml\./,
    },
    {
      name: 'folder is a file',
      arrange: () => config({ ...CONFIG, project: { migrations: 'lockkeeper.yaml' } }),
      exit: 2,
      says: /No migrations folder at .*lockkeeper\.yaml; set project\.migrations/,
    },
    {
      name: 'folder holds none',
      arrange: () => rmSync(join(root, 'prisma/migrations/1_init'), { recursive: true }),
      exit: 2,
      says: /prisma\/migrations holds no migrations; set project\.migrations in lockkeeper\.yaml/,
    },
    {
      name: 'folder is of another database system',
      arrange: () => text('prisma/migrations/migration_lock.toml', '# written by Prisma\nprovider = "mysql"\n'),
      exit: 2,
      says: /migration_lock\.toml says that these migrations are for mysql; Lockkeeper deploys to PostgreSQL \(P3019\)\./,
    },
    {
      name: 'is empty',
      arrange: () => migration('2_empty', ' \n'),
      exit: 2,
      says: /2_empty\/migration\.sql is empty; write its SQL or remove the folder\./,
    },
    {
      name: 'has no migration.sql',
      arrange: () => void mkdirSync(join(root, 'prisma/migrations/2_none')),
      exit: 2,
      says: /Migration 2_none has no readable migration\.sql; restore the file or remove the folder\./,
    },
    {
      name: 'has a folder for a migration.sql',
      arrange: () => void mkdirSync(join(root, 'prisma/migrations/2_none/migration.sql'), { recursive: true }),
      exit: 2,
      says: /Migration 2_none has no readable migration\.sql; restore the file or remove the folder\./,
    },
    {
      name: 'does not parse',
      arrange: () => migration('2_typo', 'CREATE TABLE b (id int);\n\nCREATE TABEL c (id int);\n'),
      exit: 2,
      says: /2_typo\/migration\.sql, line 3, column 8: syntax error at or near "TABEL"\./,
    },
    {
      name: 'does not parse after letters of two and four bytes',
      arrange: () => migration('2_typo', "SELECT 'é😀' FORM x;\n"),
      exit: 2,
      says: /line 1, column 18: syntax error at or near "x"\./,
    },
    {
      name: 'ends in the middle',
      arrange: () => migration('2_half', 'CREATE TABLE b (id int'),
      exit: 2,
      says: /2_half\/migration\.sql, line 1, column 23: syntax error at end of input\./,
    },
    {
      name: 'leaves a quote open',
      arrange: () => migration('2_quote', "SELECT 1;\nSELECT 'a;\n"),
      exit: 2,
      says: /line 2, column 8: unterminated quoted string\./,
    },
    {
      name: 'has a literal where none may be',
      arrange: () => migration('2_secret', "ALTER ROLE a PASSWORD PASSWORD 'canary';\nALTER ROLE a 'canary';"),
      exit: 2,
      says: /line 1, column \d+: syntax error/,
    },
    {
      name: 'has a down.sql that does not parse',
      arrange: () => (migration('2_down', 'SELECT 1;'), text('prisma/migrations/2_down/down.sql', '\nDORP TABLE b;')),
      exit: 2,
      says: /2_down\/down\.sql, line 2, column 1: syntax error at or near "DORP"\./,
    },
    {
      name: 'opens a transaction and leaves it open',
      arrange: () => migration('2_begin', 'SELECT 1;\nBEGIN;\nCREATE TABLE b (id int);\n'),
      exit: 2,
      says: /2_begin\/migration\.sql, line 2: BEGIN without COMMIT; close the transaction or drop the BEGIN\./,
    },
    {
      name: 'takes back what it has not begun',
      arrange: () => migration('2_back', 'CREATE TABLE b (id int);\nROLLBACK;\nCREATE TABLE c (id int);\n'),
      exit: 2,
      says: /2_back\/migration\.sql, line 2: ROLLBACK without BEGIN; drop it, Lockkeeper commits for you\./,
    },
    {
      name: 'is not UTF-8',
      arrange: () => migration('2_latin', Buffer.from("SELECT '\xe9';", 'latin1')),
      exit: 2,
      says: /2_latin\/migration\.sql is not valid UTF-8; save it as UTF-8\./,
    },
    {
      name: 'is UTF-16',
      arrange: () => migration('2_wide', Buffer.from('CREATE TABLE b (id int);', 'utf16le')),
      exit: 2,
      says: /2_wide\/migration\.sql holds NUL bytes; save it as UTF-8\./,
    },
    {
      name: 'begins with a byte order mark',
      arrange: () => migration('2_bom', '\ufeffSELECT 1;'),
      exit: 2,
      says: /2_bom\/migration\.sql begins with a byte order mark, which PostgreSQL does not accept; save it as UTF-8 without one\./,
    },
    {
      name: 'has a newline in its name',
      arrange: () => migration('2_new\nline', 'SELECT 1;'),
      exit: 2,
      says: /Migration name "2_new\\nline" is not a plain folder name/,
    },
    {
      name: 'has an escape sequence in its name',
      arrange: () => migration('2_\u001b[31mred', 'SELECT 1;'),
      exit: 2,
      says: /Migration name "2_\\u001b\[31mred" is not a plain folder name/,
    },
  ];
  test.each(CASES)('$name', async (each) => sentence(await refuse(each)));

  test('is judged the same without a database', async () => {
    sentence(
      await refuse({
        name: '',
        arrange: () => migration('2_typo', 'SELEC 1;'),
        argv: ['plan', '--offline'],
        exit: 2,
        says: /2_typo\/migration\.sql, line 1, column 1/,
      }),
    );
    sentence(
      await refuse({
        name: '',
        arrange: () => rmSync(join(root, 'prisma'), { recursive: true }),
        argv: ['plan', '--offline'],
        exit: 2,
        says: /No migrations folder/,
      }),
    );
  });

  test.each(['', '.', '..', '../x', 'a/b', 'a\\b', 'a\0b', 'a\nb', 'x'.repeat(256), 'é'.repeat(128)])(
    '%j is no name',
    (name) => {
      expect(() => checkName(name)).toThrow(/is not a plain folder name of at most 255 bytes; rename the folder\.$/);
    },
  );
  test.each(['x'.repeat(255), '2024 it\'s a "user" copy', 'é', '..a'])('%j is a name', (name) =>
    expect(checkName(name)).toBe(name),
  );
});

describe("PostgreSQL's client tools", () => {
  test.each<Case>([
    {
      name: 'are missing',
      env: () => ({ LOCKKEEPER_PG_BIN: root }),
      exit: 2,
      says: /PostgreSQL.*LOCKKEEPER_PG_BIN.* has no .*pg_dump/s,
    },
    { name: 'have no pg_dump', env: () => ({ LOCKKEEPER_PG_BIN: tools(null) }), exit: 2, says: /has no pg_dump/ },
  ])('$name', async (each) => void (await refuse(each)));

  test('are older than the server: the checklist stops it', async () => {
    const { stdout } = await refuse({
      name: '',
      env: () => ({ LOCKKEEPER_PG_BIN: tools('pg_dump (PostgreSQL) 9.6.24') }),
      exit: 7,
      says: /pg_dump 9 is older than the server \(\d+\); install client tools \d+ or newer\./,
    });
    expect(stdout).toContain('A backup can be taken');
  });
});

describe('as the built program', () => {
  test.each<Case>([
    {
      name: 'no configuration',
      arrange: () => rmSync(join(root, 'lockkeeper.yaml')),
      exit: 2,
      says: /^lockkeeper: No lockkeeper\.yaml/,
    },
    { name: 'wrong password', url: () => at({ password: 'wrong' }), exit: 2, says: /was refused\./ },
    {
      name: 'Temporal is not there',
      argv: ['deploy'],
      env: () => ({ TEMPORAL_ADDRESS: '127.0.0.1:1' }),
      exit: 2,
      says: /Temporal at 127\.0\.0\.1:1 does not answer \(.+\); start it with "lockkeeper dev" or set TEMPORAL_ADDRESS\./,
    },
    {
      name: 'Temporal has no such namespace',
      argv: ['deploy'],
      env: () => ({ TEMPORAL_NAMESPACE: 'nope' }),
      exit: 2,
      says: /Namespace not found: 'nope'; set TEMPORAL_NAMESPACE to one that the server has\./,
    },
    {
      name: 'Temporal is not there for a worker',
      argv: ['worker'],
      env: () => ({ TEMPORAL_ADDRESS: '127.0.0.1:1' }),
      exit: 2,
      says: /Temporal at 127\.0\.0\.1:1 does not answer; start it with "lockkeeper dev" or set TEMPORAL_ADDRESS\./,
    },
  ])('$name', async (each) => sentence(await refuse(each, spawnCli)));

  test('tells programs the same with --json', async () => {
    const { stdout } = await refuse(
      { name: '', arrange: () => migration('2_typo', 'SELEC 1;'), argv: ['plan', '--json'], exit: 2, says: /SELEC/ },
      spawnCli,
    );
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'MigrationFiles', message: expect.stringContaining('line 1, column 1') as string },
    });
  });
});

function config(value: unknown): void {
  text('lockkeeper.yaml', stringify(value));
}

function text(file: string, content: string | Buffer): void {
  writeFileSync(join(root, file), content);
}

function migration(name: string, sql: string | Buffer): void {
  mkdirSync(join(root, 'prisma/migrations', name), { recursive: true });
  text(join('prisma/migrations', name, 'migration.sql'), sql);
}

/** ErrorResponse of PostgreSQL's protocol. */
function loginRefused(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** The target's URL with some part of it changed. */
function at(part: Partial<Pick<URL, 'port' | 'hostname' | 'password'>>): string {
  return Object.assign(new URL(role.url(database.name)), part).toString();
}

/** The real programs, but for a pg_dump that calls itself something else. */
function tools(version: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'bin-'));
  folders.push(folder);
  for (const program of ['initdb', 'pg_ctl', 'postgres', 'psql', 'pg_restore'])
    symlinkSync(pgBin(program), join(folder, program));
  if (version !== null) {
    writeFileSync(join(folder, 'pg_dump'), `#!/bin/sh\necho "${version}"\n`);
    chmodSync(join(folder, 'pg_dump'), 0o755);
  }
  return folder;
}
