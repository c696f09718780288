import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spacedDir } from './support';

/** Stands in for npm: notes what it was asked, and leaves what `npm ci` and the build leave. */
const NPM = `
const { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
appendFileSync('npm.log', process.argv.slice(2).filter((arg) => !arg.startsWith('--')).join(' ') + '\\n');
if (process.argv[2] === 'ci' && readFileSync('package-lock.json', 'utf8').includes('incomplete')) {
  console.error('npm error code EUSAGE');
  process.exit(1);
}
if (process.argv[2] === 'ci' || process.argv[2] === 'install') {
  rmSync('node_modules', { recursive: true, force: true });
  mkdirSync('node_modules');
  const { packages: { '': own, ...rest } } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: rest }));
}
if (process.argv[2] === 'run') {
  if (readFileSync('src/a.ts', 'utf8').includes('mistake')) process.exit(1);
  mkdirSync('dist', { recursive: true });
}
`;

let dir: Awaited<ReturnType<typeof spacedDir>>;
const at = (...names: string[]) => join(dir.path, ...names);
const lock = (version: string) =>
  JSON.stringify({
    packages: { '': {}, 'node_modules/x': { version }, 'node_modules/y': { version, optional: true } },
  });

beforeEach(async () => {
  dir = await spacedDir();
  await cp(join(__dirname, '..', '..', 'scripts'), at('scripts'), { recursive: true });
  await mkdir(at('src'));
  await writeFile(at('src', 'a.ts'), 'export {};');
  await writeFile(at('package-lock.json'), lock('1.0.0'));
  await mkdir(at('npm'));
  await writeFile(at('npm', 'npm-cli.js'), NPM);
});
afterEach(() => dir.remove());

/** Runs the set-up; returns what it told and what it asked of npm since the last call. */
async function setUp(): Promise<{ told: string; npm: string[] }> {
  await rm(at('npm.log'), { force: true });
  const env = { ...process.env, npm_execpath: at('npm', 'npm-cli.js') };
  const { stderr } = await promisify(execFile)(process.execPath, [at('scripts', 'setup.mjs')], { env });
  const log = await readFile(at('npm.log'), 'utf8').catch(() => '');
  return { told: stderr, npm: log.split('\n').filter(Boolean) };
}

test('a fresh clone is installed and built, and then nothing is done again', async () => {
  const { told, npm } = await setUp();
  expect(npm).toEqual(['ci', 'run build']);
  expect(told).toContain('installing dependencies, because there is no node_modules');
  expect(told).toContain('building, because nothing is built yet');
  expect(await setUp()).toEqual({ told: '', npm: [] });
});

test('a changed source builds, a changed lockfile installs and builds', async () => {
  await setUp();
  await writeFile(at('src', 'a.ts'), 'export const changed = 1;');
  expect((await setUp()).npm).toEqual(['run build']);
  await writeFile(at('package-lock.json'), lock('2.0.0'));
  expect((await setUp()).npm).toEqual(['ci', 'run build']);
});

test('what somebody installed with npm itself is taken as it is, when it matches', async () => {
  await setUp();
  await rm(at('node_modules', '.lockkeeper-lock'));
  await writeFile(
    at('node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/x': { version: '1.0.0' } } }),
  );
  expect((await setUp()).npm).toEqual([]);
  await rm(at('node_modules', '.lockkeeper-lock'));
  await writeFile(
    at('node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/x': { version: '0.9.0' } } }),
  );
  expect((await setUp()).npm).toEqual(['ci']);
});

test('where npm ci refuses the lockfile itself, npm install takes its versions and leaves it as it is', async () => {
  await writeFile(at('package-lock.json'), lock('incomplete'));
  expect((await setUp()).npm).toEqual(['ci', 'install', 'run build']);
  expect(await setUp()).toEqual({ told: '', npm: [] });
});

test('two at once install once', async () => {
  const both = await Promise.all([setUp(), setUp()]);
  const log = (await readFile(at('npm.log'), 'utf8')).trim().split('\n');
  expect(log).toEqual(['ci', 'run build']);
  expect(both).toHaveLength(2);
});

test('a build that fails ends with one line and exit code 1, and is tried again the next time', async () => {
  await writeFile(at('src', 'a.ts'), 'a mistake');
  await expect(setUp()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('lockkeeper: npm run build failed; see above') as string,
  });
  await writeFile(at('src', 'a.ts'), 'export {};');
  expect((await setUp()).npm).toEqual(['run build']);
});

test('the lockfile names every optional package of every system, without which npm ci refuses it', async () => {
  const text = await readFile(join(__dirname, '..', '..', 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, { optionalDependencies?: object }> };
  /** Where Node would look for it from there. */
  const places = (from: string, name: string): string[] => {
    const parent = from.includes('/node_modules/') ? from.slice(0, from.lastIndexOf('/node_modules/')) : '';
    const own = `${from}${from === '' ? '' : '/'}node_modules/${name}`;
    return from === '' ? [own] : [own, ...places(parent, name)];
  };
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !places(from, name).some((place) => place in packages)),
  );
  expect(missing).toEqual([]);
});
