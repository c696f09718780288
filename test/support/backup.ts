/** Backups of a test's database, taken and restored as the commands and the activities do it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPgTools, type PgTools } from '../../src/adapters/pg-tools';
import { ScratchDatabases } from '../../src/adapters/scratch';
import { findBackup, type Backup } from '../../src/backup/catalog';
import { createBackup, type TakenBackup } from '../../src/backup/create';
import { restoreProven, type Restored } from '../../src/backup/prove';
import type { BackupRequest } from '../../src/backup/request';
import { openStore } from '../../src/backup/store';
import { newDeploymentId } from '../../src/client/deployment-id';
import type { BackupConfig } from '../../src/config/backup';
import { pgBin } from './database';

export interface BackupBench {
  dir: string;
  config: BackupConfig;
  take(over?: Partial<BackupRequest>): Promise<TakenBackup>;
  find(id: string): Promise<Backup>;
  /** Restores for real, and drops what was restored. */
  prove(id: string): Promise<Restored>;
  close(): void;
}

export function backupBench(
  url: string,
  over: Partial<BackupConfig> = {},
  tools: PgTools = createPgTools(pgBin('')),
  env: NodeJS.ProcessEnv = process.env,
): BackupBench {
  const dir = mkdtempSync(join(tmpdir(), 'lockkeeper backups '));
  const config: BackupConfig = {
    enabled: true,
    dir,
    format: 'custom',
    compression: 'auto',
    jobs: 2,
    bytesPerSecond: null,
    sampleAboveBytes: null,
    keep: { count: null, ageMs: null },
    store: { kind: 'local' },
    ...over,
  };
  const store = openStore(config, env);
  const find = (id: string): Promise<Backup> => findBackup(store, id);
  return {
    dir,
    config,
    find,
    take: (request = {}) =>
      createBackup({
        environment: 'test',
        target: 'main',
        url,
        config,
        store,
        tools,
        migrations: [],
        deployment: null,
        applicationName: 'lockkeeper/backup/test',
        env,
        signal: new AbortController().signal,
        onProgress: () => undefined,
        ...request,
      }),
    async prove(id) {
      const scratch = new ScratchDatabases(url, newDeploymentId());
      try {
        return await restoreProven({
          backup: await find(id),
          store,
          tools,
          url,
          scratch,
          purpose: 'restored',
          jobs: config.jobs,
          dir,
          signal: new AbortController().signal,
          onProgress: () => undefined,
        });
      } finally {
        await scratch.dropAll();
      }
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}
