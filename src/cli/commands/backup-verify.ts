import { duration } from '../../report/format';
import { plural } from '../../policy/words';
import type { Backup } from '../../backup/catalog';
import { verifyExternal } from '../../backup/external';
import { Staging } from '../../backup/staging';
import { UsageError } from '../../errors';
import {
  chooseBackup,
  describe,
  interruptible,
  openBackups,
  restoreOnServer,
  serverOf,
  type Backups,
} from '../backups';
import type { Cli } from '../cli';
import { openTarget } from '../developer';
import { ExitCode } from '../exit-codes';

export async function backupVerify(cli: Cli, _options: object, id?: string): Promise<number> {
  const open = openBackups(cli);
  const backup = await chooseBackup(open, id);
  if (backup.meta.format === 'external') return verifyByTool(cli, open, backup);
  const { contents } = backup.meta;
  const tables = plural(Object.keys(contents.tables).length, 'table');
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

async function verifyByTool(cli: Cli, open: Backups, { meta, location }: Backup): Promise<number> {
  const { store: external, dir } = open.target.environment.backup;
  if (external.kind !== 'external')
    throw new UsageError(`${meta.id} was taken by another tool, and backup.store.external is not configured.`);
  cli.note(`Verify ${meta.id}: run ${external.verify[0]} on ${location}`);
  const { url } = openTarget(cli);
  const staging = await Staging.open(dir, { applicationName: null, scratchId: null });
  try {
    await interruptible(cli, (signal) =>
      verifyExternal({ url, store: open.store, external, meta, staging, env: cli.io.env, signal }),
    );
  } finally {
    await staging.close();
  }
  const { verified } = await chooseBackup(open, meta.id);
  cli.answer({ backup: meta.id, verified }, `${meta.id} is verified by ${external.verify[0]}.`);
  return ExitCode.Ok;
}
