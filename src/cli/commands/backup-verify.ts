import { count, duration } from '../../report/format';
import { chooseBackup, describe, openBackups, restoreOnServer, serverOf } from '../backups';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';

export async function backupVerify(cli: Cli, _options: object, id?: string): Promise<number> {
  const open = openBackups(cli);
  const backup = await chooseBackup(open, id);
  const { contents } = backup.meta;
  const tables = count(Object.keys(contents.tables).length, 'table');
  cli.note(`Verify ${describe(backup)}:`);
  cli.note('  1. read it and compare its sha256');
  cli.note(`  2. restore it into a scratch database on ${serverOf(cli)}, stopping at the first error`);
  cli.note(`  3. compare ${tables}, large objects and sequences with what they held`);
  cli.note('  4. drop the scratch database');
  const { restoreMs, compareMs } = await restoreOnServer(cli, open, backup, null, () => Promise.resolve());
  const { verified } = await chooseBackup(open, backup.meta.id);
  cli.answer(
    { backup: backup.meta.id, verified, restoreMs, compareMs },
    `${backup.meta.id} is verified: restored in ${duration(restoreMs)}, ${tables} compared in ${duration(compareMs)}, no difference.`,
  );
  return ExitCode.Ok;
}
