import type { BackupStore } from '../adapters/backup-store/store';
import { endOrphans } from '../adapters/orphan-sessions';
import { withSession } from '../adapters/postgres';
import { ScratchDatabases } from '../adapters/scratch';
import { makeFolder, removeAbandoned } from './staging';

/**
 * Removes what dead runs left: files, objects of the store, sessions with their pg_dump, scratch databases.
 * @param applicationName also of this run, where it has one: an earlier attempt may have left sessions, and no file on this host.
 */
export async function cleanUp(
  dir: string,
  store: BackupStore,
  url: string,
  applicationName: string | null,
): Promise<void> {
  await makeFolder(dir);
  await removeAbandoned(dir, store, async (left) => {
    const names = [{ applicationName }, ...left].flatMap((each) => each.applicationName ?? []);
    if (names.length > 0)
      await withSession(url, { applicationName: 'lockkeeper/clean-up' }, (client) => endOrphans(client, names));
    for (const { scratchId } of left) if (scratchId !== null) await new ScratchDatabases(url, scratchId).dropAll();
  });
}
