/** A project folder with a `lockkeeper.yaml` that asks nobody and waits for nothing. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig, type Config } from '../src/config';
import type { Workload } from './workloads';

export const ENVIRONMENT = 'bench';
export const TARGET = 'main';
const URL_VARIABLE = 'LOCKKEEPER_TARGET_URL';

export interface BenchProject {
  config: Config;
  signingKey: string;
  /** What the worker needs beside its own environment. */
  env(url: string): NodeJS.ProcessEnv;
}

/** @param rehearsal `schema-only` proves the reversals without restoring a backup. */
export function benchProject(
  folder: string,
  { migrationsDir, schema, id, settings }: Pick<Workload, 'migrationsDir' | 'schema' | 'id' | 'settings'>,
  rehearsal: 'full' | 'schema-only',
): BenchProject {
  const root = join(folder, `project-${id}`);
  mkdirSync(root, { recursive: true });
  const environment = {
    approvals: { required: 0 },
    rehearsal,
    backup: { dir: join(root, 'backups') },
    monitor: { duration: '0s', interval: '100ms' },
    targets: { [TARGET]: { urlEnv: URL_VARIABLE } },
    ...settings,
  };
  const file = { project: { schema, migrations: migrationsDir }, environments: { [ENVIRONMENT]: environment } };
  writeFileSync(join(root, 'lockkeeper.yaml'), stringify(file));
  const key = randomBytes(32).toString('hex');
  return {
    config: loadConfig('lockkeeper.yaml', root),
    signingKey: key,
    env: (url) => ({ ...process.env, [URL_VARIABLE]: url, LOCKKEEPER_SIGNING_KEY: key, NO_COLOR: '1' }),
  };
}
