import { randomBytes } from 'node:crypto';
import { readMigrations } from '../../adapters/migration-files';
import { createBackup, type TakenBackup } from '../../backup/create';
import { localPgTools } from '../../planner';
import { bytes, duration } from '../../report/format';
import { plural } from '../../policy/words';
import { interruptible, openBackups } from '../backups';
import type { Cli } from '../cli';
import { openTarget, where } from '../developer';
import { ExitCode } from '../exit-codes';
import { backupText } from '../view/progress';

export async function backupCreate(cli: Cli): Promise<number> {
  const { config, target, store } = openBackups(cli);
  const developer = openTarget(cli);
  const { format, store: kept } = target.environment.backup;
  const tools = await localPgTools(cli.io.env);
  const how = kept.kind === 'external' ? `by ${kept.create[0]}` : `into ${store.locate('')} (${format})`;
  cli.note(`Back up ${where(developer)} ${how}.`);
  const taken = await interruptible(cli, (signal, progress) =>
    createBackup({
      environment: target.environment.name,
      target: target.name,
      url: developer.url,
      config: target.environment.backup,
      store,
      tools,
      migrations: readMigrations(config.migrationsDir).map(({ name }) => name),
      deployment: null,
      applicationName: `lockkeeper/backup/${randomBytes(4).toString('hex')}`,
      env: cli.io.env,
      signal,
      onProgress: (seen) => progress.show(backupText(seen), false),
    }),
  );
  const { meta, location, expired, rotationProblem } = taken;
  cli.answer({ backup: meta, location, expired }, text(taken));
  if (rotationProblem !== null) cli.note(`Older backups could not be deleted: ${rotationProblem}`);
  if (meta.format !== 'external') cli.note(`Prove it with "lockkeeper backup verify ${meta.id}".`);
  return ExitCode.Ok;
}

function text({ meta, location, expired }: TakenBackup): string {
  if (meta.format === 'external')
    return `${meta.id}\n  ${location}\n  taken and verified in ${duration(meta.durationMs)}`;
  const { tables } = meta.contents;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  const lines = [
    meta.id,
    `  ${location}`,
    `  ${bytes(meta.bytes)}, sha256 ${meta.sha256}`,
    `  ${plural(Object.keys(tables).length, 'table')}, ${plural(rows, 'row')}, at ${meta.snapshot.lsn}, in ${duration(meta.durationMs)}`,
  ];
  if ('missing' in meta.globals) lines.push(`  without roles: ${meta.globals.missing}`);
  if (expired.length > 0) lines.push(`  deleted by backup.keep: ${expired.join(', ')}`);
  return lines.join('\n');
}
