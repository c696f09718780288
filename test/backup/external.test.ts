/** Backups that a command of the user's takes and vouches for. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPgTools } from '../../src/adapters/pg-tools';
import { verifyExternal } from '../../src/backup/external';
import { Staging } from '../../src/backup/staging';
import { isIntact } from '../../src/backup/prove';
import { summaryOf } from '../../src/backup/meta';
import { openStore } from '../../src/backup/store';
import { backupBench, type BackupBench } from '../support/backup';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let folder: string;
let bench: BackupBench;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockkeeper tool '));
});
afterEach(() => {
  bench.close();
  rmSync(folder, { recursive: true });
});

/** A tool that says what it was given, and then does what `script` says. */
function tool(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!/bin/sh\nenv > '${folder}/${name}.env'\nprintf '%s\\n' "$@" > '${folder}/${name}.args'\n${script}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

function benchOf(create: string, verify: string): BackupBench {
  const store = {
    kind: 'external' as const,
    create: [tool('create', create), '--label', '$HOME; `id`'],
    verify: [tool('verify', verify)],
    env: ['TOOL_TOKEN'],
    cwd: folder,
  };
  const env = { TOOL_TOKEN: 'for the tool', OTHER_SECRET: 'canary' };
  return (bench = backupBench(database.url, { store }, createPgTools(pgBin('')), env));
}

const given = (name: string): string => readFileSync(join(folder, name), 'utf8');

test('is known by the name that the tool gives it, and verified by its word', async () => {
  const { take, find, config } = benchOf('echo snap-0123', 'test "$LOCKKEEPER_BACKUP_REFERENCE" = snap-0123');
  const { meta, location } = await take({ applicationName: 'lockkeeper/backup/x' });
  expect(location).toBe('external:snap-0123');
  expect(meta).toMatchObject({ format: 'external', reference: 'snap-0123', files: [] });
  expect((await find(meta.id)).verified).toMatchObject({ sha256: meta.sha256 });
  expect(await isIntact(openStore(config, {}), summaryOf(meta, location), new AbortController().signal)).toBe(true);
  expect(given('create.args')).toBe('--label\n$HOME; `id`\n');
  expect(given('create.env')).toContain(`PGDATABASE=${database.name}\n`);
  expect(given('create.env')).toContain(`PGPASSWORD=${new URL(database.url).password}\n`);
  // A file would outlive a worker that is killed.
  expect(given('create.env')).not.toMatch(/^PGPASSFILE=/m);
  expect(given('create.env')).toContain(`LOCKKEEPER_BACKUP_ID=${meta.id}\n`);
  expect(given('create.env')).toContain('TOOL_TOKEN=for the tool\n');
  expect(given('create.env') + given('verify.env')).not.toMatch(/canary|LOCKKEEPER_TEST_PG_URL/);
  await expect(bench.prove(meta.id)).rejects.toThrow(/was taken by another tool; restore it with that\./);
});

test.each([
  ['fails', 'echo canary >&2; exit 3', 'true', /create ended with exit code 3: /],
  ['names nothing', 'true', 'true', /printed no name of its backup: one line/],
  ['prints two lines', 'echo a; echo b', 'true', /printed no name of its backup/],
  ['does not vouch for it', 'echo snap-1', 'exit 9', /verify ended with exit code 9: /],
  ['is not there', 'echo snap-1', '', /gone could not be started \(ENOENT\)/],
])('a tool that %s leaves no backup', async (name, create, verify, says) => {
  benchOf(create, verify);
  if (name === 'is not there' && bench.config.store.kind === 'external')
    bench.config.store.create[0] = join(folder, 'gone');
  const failure = await bench.take().catch((error: Error) => error.message);
  expect(failure).toMatch(says);
  expect(failure).not.toContain('canary');
  expect(readdirSync(bench.dir).filter((file) => file.endsWith('.meta') || file.endsWith('.partial'))).toEqual([]);
});

test('a relative path starts in the folder of the configuration, wherever the worker runs', async () => {
  const { take, config } = benchOf('echo "$PWD"; test -x ./verify', 'true');
  if (config.store.kind === 'external') config.store.create[0] = './create';
  expect((await take()).location).toBe(`external:${folder}`);
});

test('is verified again, and found to be gone', async () => {
  const { take, config } = benchOf('echo snap-2', 'true');
  const { meta } = await take();
  if (config.store.kind !== 'external') throw new Error('not external');
  tool('verify', 'exit 1');
  const store = openStore(config, {});
  const staging = await Staging.open(bench.dir, { applicationName: null, scratchId: null });
  const again = verifyExternal({
    url: database.url,
    store,
    external: config.store,
    meta,
    staging,
    env: {},
    signal: new AbortController().signal,
  });
  await expect(again).rejects.toThrow(/verify ended with exit code 1/);
  await staging.close();
  expect(existsSync(join(bench.dir, `${meta.id}.external.meta`))).toBe(true);
});
