import { LocalStore } from '../adapters/backup-store/local';
import type { BackupStore } from '../adapters/backup-store/store';
import type { BackupConfig } from '../config/backup';

/** The store that an environment keeps its backups in. @param env holds a bucket's credentials. */
export function openStore({ dir, store }: BackupConfig, env: NodeJS.ProcessEnv): BackupStore {
  if (store.kind !== 's3') return new LocalStore(dir);
  // Loaded only where it is used: the SDK takes a tenth of a second and some memory. `require` as in src/cli/commands/index.ts.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { S3Store } = require('../adapters/backup-store/s3') as typeof import('../adapters/backup-store/s3');
  return new S3Store(store, env);
}
