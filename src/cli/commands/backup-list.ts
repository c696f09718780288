import { bytes, moment } from '../../report/format';
import { backupsOf, openBackups } from '../backups';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { table } from '../view/table';

export async function backupList(cli: Cli): Promise<number> {
  const open = openBackups(cli);
  const { backups, unreadable } = await backupsOf(open);
  const rows = backups.map(({ meta, location, verified }) => [
    meta.id,
    moment(meta.takenAt),
    meta.format === 'external' ? '' : bytes(meta.bytes),
    verified ? moment(verified.verifiedAt) : 'never',
    meta.deployment?.id ?? '',
    location,
  ]);
  const none = `No backup of ${open.target.environment.name}/${open.target.name} in ${open.store.locate('')}`;
  cli.answer(
    { backups, unreadable },
    rows.length === 0 ? none : table(['backup', 'taken', 'size', 'verified', 'deployment', 'where'], rows, cli.colors),
  );
  for (const name of unreadable) cli.note(`${name} is not the .meta of its backup, or is damaged.`);
  return ExitCode.Ok;
}
