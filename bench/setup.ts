/** setup: how long a newcomer waits. `npm run demo` in a fresh clone with empty caches, then the same again. */
import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { table, type Section } from './results';

const TARGET_SECOND_S = 60;
const ROOT = join(__dirname, '..');

export async function setup({ command, log }: BenchOptions): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'lockkeeper bench '));
  try {
    await chmod(folder, 0o755);
    const clone = join(folder, 'fresh clone');
    execFileSync('git', ['clone', '--quiet', ROOT, clone]);
    const env = await emptyCaches(folder);
    log('first demo: dependencies, build and servers from nothing (minutes)');
    const first = await demo(clone, env);
    log('second demo');
    const second = await demo(clone, env);
    return { name: 'setup', body: report(command, first, second) };
  } finally {
    // Go makes its module cache read-only.
    execFileSync('chmod', ['-R', 'u+w', folder]);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The person's settings (registries, proxies) stay; everything that was ever fetched or built does not. */
async function emptyCaches(folder: string): Promise<NodeJS.ProcessEnv> {
  const places = [
    'LOCKKEEPER_CACHE',
    'LOCKKEEPER_STATE',
    'XDG_CACHE_HOME',
    'npm_config_cache',
    'GOCACHE',
    'GOMODCACHE',
    'PIP_CACHE_DIR',
  ];
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of places) {
    env[name] = join(folder, name.toLowerCase());
    await mkdir(env[name]);
  }
  // npm hands its own lifecycle's settings down, of which the clone must know nothing; a worker's server is not the demo's.
  for (const name of Object.keys(env))
    if (/^(npm_(package|lifecycle|execpath|config_local)|INIT_CWD|TEMPORAL_)/.test(name)) delete env[name];
  return env;
}

/** Resolves to seconds. @throws Error when the demo fails. */
async function demo(clone: string, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const child = spawn('npm', ['run', 'demo'], { cwd: clone, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`npm run demo ended with ${code}.`);
  return (performance.now() - startedAt) / 1000;
}

function report(command: string, first: number, second: number): string {
  const rows = [
    ['first', first.toFixed(1), ''],
    ['second', second.toFixed(1), `${second <= TARGET_SECOND_S ? 'met' : 'missed'} (<= ${TARGET_SECOND_S})`],
  ];
  return [
    provenance(command),
    'Seconds of `npm run demo` in a fresh clone of the commit, its path with a space, with caches of npm, Go, pip and Lockkeeper empty; PostgreSQL and Node were installed. One run each.',
    table(['run', 'seconds', 'target'], rows),
  ].join('\n\n');
}
