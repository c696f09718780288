/** Programs of other projects, found or brought once into the cache. */
import { join } from 'node:path';
import { cacheDir } from '../../src/local';
import { installIntoCache } from '../../src/local/cache';
import { isExecutable, onPath, run } from '../../src/local/run';
import type { BenchOptions } from '../options';

/** A program, and how to get it. */
export interface PeerTool {
  name: string;
  /** For messages: the command that brings it, without its options. */
  how: string;
  /** Puts the program at `<into>/<name>`. @throws Error with the reason in one line. */
  bring(into: string): Promise<void>;
}

/** Where a program is, or why it is not there. */
export type FoundPeer = { path: string; version: string } | { missing: string };

/** Looks on PATH and in the cache, then brings it, unless `install` is off. */
export async function findPeer(
  { name, how, bring }: PeerTool,
  { install, log }: Pick<BenchOptions, 'install' | 'log'>,
): Promise<FoundPeer> {
  const cached = join(cacheDir(), `bench-${name}`, name);
  const found = onPath(name) ?? (isExecutable(cached) ? cached : null);
  if (found) return { path: found, version: await versionOf(found) };
  if (!install) return { missing: `${name} is not installed, and --no-install was given` };
  log(`${how} (up to two minutes, once)`);
  try {
    await installIntoCache(`bench-${name}`, { env: process.env, log, mode: 'install' }, bring);
    return { path: cached, version: await versionOf(cached) };
  } catch (error) {
    return { missing: `${how}: ${(error as Error).message}` };
  }
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version']);
  return /v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'of unknown version';
}
