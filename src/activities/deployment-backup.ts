import type { BackupStore } from '../adapters/backup-store/store';
import { listBackups, type Backup } from '../backup/catalog';

/** The newest backup that a deployment took before it wrote; null where the store has none. */
export async function backupOfDeployment(store: BackupStore, deploymentId: string): Promise<Backup | null> {
  const { backups } = await listBackups(store);
  // What another tool took, only that tool can restore.
  const own = backups.filter(({ meta }) => meta.deployment?.id === deploymentId && meta.format !== 'external');
  return own.sort((a, b) => (b.meta.deployment?.round ?? 0) - (a.meta.deployment?.round ?? 0))[0] ?? null;
}
