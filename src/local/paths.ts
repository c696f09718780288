import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloaded and built tools are kept: safe to delete at any time. Only computed here, never created. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOCKKEEPER_CACHE) return env.LOCKKEEPER_CACHE;
  return env.XDG_CACHE_HOME ? join(env.XDG_CACHE_HOME, 'lockkeeper') : join(homedir(), '.cache', 'lockkeeper');
}

/**
 * Where local servers keep their data: `$LOCKKEEPER_STATE`, else a folder of the operating system's own choosing.
 * Root does not use its home: PostgreSQL then runs as another user, who may not enter /root.
 */
export function stateDir(name: string, env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOCKKEEPER_STATE) return join(env.LOCKKEEPER_STATE, name);
  if (process.getuid?.() === 0) return join('/var/lib/lockkeeper', name);
  return join(env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'lockkeeper', name);
}
