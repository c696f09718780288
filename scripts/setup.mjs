// Brings a fresh clone to where it runs: dependencies as locked, sources built. Needs Node alone, and does nothing when
// nothing changed. `npm run setup`, and the first step of the demo and the tests.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const LOCK_STAMP = join(root, 'node_modules', '.lockkeeper-lock');
const BUILD_STAMP = join(root, 'dist', '.build-hash');

/** Installs and builds what is out of date. Throws an Error with one line that says which step failed. */
export async function setup() {
  requireNode();
  if (dependenciesProblem() === '' && buildProblem() === '') return;
  await withLock(() => {
    // Asked again: whoever held the lock may have done it all.
    installDependencies(dependenciesProblem());
    build(buildProblem());
  });
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Lockkeeper needs Node 20.19 or newer; this is ${process.version}`);
  }
}

/** Why dependencies must be installed, or ''. */
function dependenciesProblem() {
  if (!existsSync(join(root, 'node_modules'))) return 'there is no node_modules';
  if (readOr(LOCK_STAMP) === sha256(lockfile())) return '';
  return matchesLock() ? '' : 'node_modules does not match package-lock.json';
}

/** Somebody may have run plain `npm ci`: npm leaves its own list of what it installed, which must be all of the lock. */
function matchesLock() {
  const installed = readOr(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return false;
  const have = JSON.parse(installed).packages;
  const { '': _own, ...want } = JSON.parse(lockfile()).packages;
  // What is for other systems only is locked as optional, and not there.
  const complete = Object.entries(want).every(([path, { version, optional, devOptional }]) =>
    have[path] ? have[path].version === version : optional || devOptional,
  );
  const matches = complete && Object.keys(have).every((path) => path in want);
  if (matches) writeFileSync(LOCK_STAMP, sha256(lockfile()));
  return matches;
}

function installDependencies(why) {
  if (!why) return;
  say(`installing dependencies, because ${why} (npm ci; about half a minute)`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const strict = runNpm(['ci', ...flags], 'pipe');
  if (strict.status !== 0 && /EUSAGE/.test(strict.stderr)) {
    // npm 11 refuses a lockfile without an entry for every optional package of every other system, and npm itself leaves
    // such entries out. `install` takes the same versions with the same checksums, and is content.
    say(
      'this npm finds package-lock.json incomplete for other systems; using npm install, which keeps to its versions',
    );
    npm(['install', '--no-save', ...flags]);
  } else if (strict.status !== 0) {
    process.stderr.write(`${strict.stderr ?? ''}`);
    throw new Error(`npm ci failed${strict.stderr ? '; see above' : `: ${strict.error?.message}`}`);
  }
  writeFileSync(LOCK_STAMP, sha256(lockfile()));
}

/** Why sources must be built, or ''. */
function buildProblem() {
  const built = readOr(BUILD_STAMP);
  if (!built) return 'nothing is built yet';
  return built === sourcesHash() ? '' : 'sources changed';
}

function build(why) {
  if (!why) return;
  say(`building, because ${why}`);
  // Taken before the build: a file saved while it runs then counts as changed.
  const hash = sourcesHash();
  npm(['run', '--silent', 'build']);
  mkdirSync(dirname(BUILD_STAMP), { recursive: true });
  writeFileSync(BUILD_STAMP, hash);
}

/** A hash of all that the build reads. Contents and not times, which git and unpacking do not keep. */
function sourcesHash() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map((name) => join('src', name));
  const configs = readdirSync(root).filter((name) => /^tsconfig.*\.json$|^package(-lock)?\.json$/.test(name));
  for (const name of [...sources, ...configs].sort()) {
    if (statSync(join(root, name)).isFile())
      hash
        .update(name)
        .update('\0')
        .update(readFileSync(join(root, name)));
  }
  return hash.digest('hex');
}

function npm(args) {
  const result = runNpm(args, 2);
  if (result.status !== 0)
    throw new Error(`npm ${args.filter((arg) => !arg.startsWith('-')).join(' ')} failed; see above`);
}

/** `output`: 2 shows it on our stderr, 'pipe' keeps it. */
function runNpm(args, output) {
  // Under `npm run` this is the very npm that was called; `npm` itself may be a .cmd file, or not on PATH.
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith('npm-cli.js') ? [process.execPath, [own]] : ['npm', []];
  return spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', output, output], encoding: 'utf8' });
}

/** One set-up of this directory at a time; the lock of a process that died is taken over. */
async function withLock(work) {
  const lock = join(tmpdir(), `lockkeeper-setup-${sha256(realpathSync(root)).slice(0, 16)}`);
  for (let told = false; !acquire(lock); await sleep(200)) {
    const holder = Number(readOr(join(lock, 'pid')));
    if (isStale(lock, holder)) rmSync(lock, { recursive: true, force: true });
    else if (holder && !told) {
      told = true;
      say(`process ${holder} is setting up; waiting for it`);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function acquire(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(lock, 'pid'), String(process.pid));
  return true;
}

function isStale(lock, holder) {
  try {
    if (!holder) return Date.now() - statSync(lock).mtimeMs > 5000;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function lockfile() {
  return readFileSync(join(root, 'package-lock.json'), 'utf8');
}

function readOr(file, otherwise = '') {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** Progress goes to stderr: stdout belongs to the command that asked for the set-up. */
export function say(line) {
  process.stderr.write(`lockkeeper: ${line}\n`);
}

/** Runs a script's main function: its number becomes the exit code, an error one line and exit code 1. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main(setup);
