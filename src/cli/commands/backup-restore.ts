import { UsageError } from '../../errors';
import { duration } from '../../report/format';
import { plural } from '../../policy/words';
import { chooseBackup, describe, openBackups, restoreOnServer, serverOf } from '../backups';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';

export interface BackupRestoreOptions {
  database?: string;
}

/** PostgreSQL cuts longer names, and would then speak of another database. */
const NAME_BYTES = 63;

export async function backupRestore(cli: Cli, options: BackupRestoreOptions, id?: string): Promise<number> {
  const open = openBackups(cli);
  const backup = await chooseBackup(open, id);
  if (backup.meta.format === 'external')
    throw new UsageError(`${backup.meta.id} (${backup.location}) was taken by another tool; restore it with that.`);
  const { name: origin } = backup.meta.database;
  const database = options.database ?? derivedName(origin, backup.meta.id);
  if (database === '' || Buffer.byteLength(database) > NAME_BYTES)
    throw new UsageError(`--database must be a name of 1 to ${NAME_BYTES} bytes.`);
  const tables = plural(Object.keys(backup.meta.contents.tables).length, 'table');
  cli.note(`Restore ${describe(backup)}:`);
  cli.note('  1. read it and compare its sha256');
  cli.note(`  2. restore it into a scratch database on ${serverOf(cli)}, stopping at the first error`);
  cli.note(`  3. compare ${tables}, large objects and sequences with what they held`);
  cli.note(`  4. analyse it, and name it ${database}; ${origin} is not touched`);
  const { restoreMs } = await restoreOnServer(cli, open, backup, database, async (scratch, purpose) => {
    // A dump has no statistics.
    await scratch.use(purpose, (client) => client.query('ANALYZE'));
    await scratch.keepAs(purpose, database);
  });
  cli.answer(
    { backup: backup.meta.id, database, restoreMs },
    `${database} holds what ${origin} held when ${backup.meta.id} was taken; restored in ${duration(restoreMs)}.`,
  );
  cli.note('Settings and rights of the database itself are in no dump: ALTER DATABASE ... SET, GRANT CONNECT.');
  return ExitCode.Ok;
}

/** `broxiva_restored_20261123_125232`, its front cut where it would be too long. */
function derivedName(origin: string, id: string): string {
  const suffix = id.replace('migration_backup', '_restored');
  let front = origin;
  while (Buffer.byteLength(front + suffix) > NAME_BYTES) front = front.slice(0, -1);
  return front + suffix;
}
