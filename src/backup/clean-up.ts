import { endOrphans } from '../adapters/orphan-sessions';
import { withSession } from '../adapters/postgres';
import { ScratchDatabases } from '../adapters/scratch';
import { makeFolder, removeAbandoned } from './staging';

/**
 * Removes what dead runs left: files, sessions with their pg_dump, scratch databases.
 * @param applicationName also of this run: an earlier attempt may have left sessions, and no file on this host.
 */
export async function cleanUp(dir: string, url: string, applicationName: string): Promise<void> {
  await makeFolder(dir);
  const left = await removeAbandoned(dir);
  const names = [applicationName, ...left.flatMap((leavings) => leavings.applicationName ?? [])];
  await withSession(url, { applicationName: 'lockkeeper/clean-up' }, (client) => endOrphans(client, names));
  for (const { scratchId } of left) if (scratchId !== null) await new ScratchDatabases(url, scratchId).dropAll();
}
