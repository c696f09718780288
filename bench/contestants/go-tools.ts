/** goose and dbmate, found or built once into the cache. */
import { join } from 'node:path';
import { installIntoCache } from '../../src/local/cache';
import { cacheDir } from '../../src/local';
import { isExecutable, onPath, run } from '../../src/local/run';

const BUILD_TIMEOUT_MS = 600_000;

/** Where a program is, or why it is not there. */
export type GoTool = { path: string; version: string } | { missing: string };

/**
 * Looks on PATH and in the cache, then builds with `go install`.
 * @param install false only looks.
 */
export async function goTool(
  name: string,
  module: string,
  install: boolean,
  log: (line: string) => void,
): Promise<GoTool> {
  const cached = join(cacheDir(), `bench-${name}`, name);
  const found = onPath(name) ?? (isExecutable(cached) ? cached : null);
  if (found) return { path: found, version: await versionOf(found) };
  if (!install) return { missing: `${name} is not installed, and --no-install was given` };
  if (!onPath('go')) return { missing: `${name} is not installed, and there is no go to build it with` };
  log(`building ${module}@latest (a minute or two, once)`);
  try {
    await installIntoCache(`bench-${name}`, { env: process.env, log, mode: 'install' }, async (staging) =>
      build(module, staging),
    );
    return { path: cached, version: await versionOf(cached) };
  } catch (error) {
    return { missing: `go install ${module}@latest: ${(error as Error).message}` };
  }
}

async function build(module: string, bin: string): Promise<void> {
  const built = await run('go', ['install', `${module}@latest`], {
    env: { ...process.env, GOBIN: bin },
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  if (!built.ok) throw new Error(built.reason);
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version']);
  return /v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'of unknown version';
}
