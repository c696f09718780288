import { LocalStore } from '../adapters/backup-store/local';
import type { BackupStore } from '../adapters/backup-store/store';
import type { BackupConfig } from '../config/backup';

/** The store that an environment keeps its backups in. */
export function openStore({ dir }: BackupConfig): BackupStore {
  return new LocalStore(dir);
}
