import { NO_FILTER, type SchemaEngine } from '../../adapters/prisma-engine';
import { plural } from '../../policy/words';
import type { Cli } from '../cli';
import { migrationsOf, onTarget, openTarget, where } from '../developer';
import { ExitCode } from '../exit-codes';

type Diagnosis = Awaited<ReturnType<SchemaEngine['diagnoseMigrationHistory']>>;

export interface MigrateStatus {
  applied: number;
  pending: string[];
  /** Recorded as failed: Prisma refuses to go on. */
  failed: string[];
  /** Files that are not what was applied. */
  edited: string[];
  /** Applied, and not on disk. */
  missing: string[];
}

/** Looks only; exit code 1 where a deployment would be refused. */
export async function migrateStatus(cli: Cli): Promise<number> {
  const developer = openTarget(cli);
  const migrationsList = migrationsOf(developer);
  const diagnosis = await onTarget(developer, (engine) =>
    engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters: NO_FILTER }),
  );
  const status = inWords(diagnosis, migrationsList.migrationDirectories.length);
  cli.answer(status, text(where(developer), status));
  const isSound = status.failed.length + status.edited.length + status.missing.length === 0;
  return isSound ? ExitCode.Ok : ExitCode.Failed;
}

function inWords(
  { history, failedMigrationNames: failed, editedMigrationNames: edited }: Diagnosis,
  onDisk: number,
): MigrateStatus {
  const pending = history && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [];
  const missing = history && 'unpersistedMigrationNames' in history ? history.unpersistedMigrationNames : [];
  const notApplied = new Set([...pending, ...failed]);
  return {
    applied: onDisk - notApplied.size,
    pending: pending.filter((name) => !failed.includes(name)),
    failed,
    edited,
    missing,
  };
}

function text(target: string, { applied, pending, failed, edited, missing }: MigrateStatus): string {
  const parts = [
    `${target}: ${plural(applied, 'migration')} of the project applied, ${pending.length} pending.`,
    list('Pending', pending, 'deploy with "lockkeeper deploy"'),
    list('Failed', failed, 'look at the database, then "lockkeeper migrate resolve --applied|--rolled-back <name>"'),
    list('Edited after they were applied', edited, 'restore the files, and put the change into a new migration'),
    list('Applied, but not in the project', missing, 'restore their folders from version control'),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function list(title: string, names: string[], remedy: string): string {
  return names.length === 0 ? '' : [`${title} (${remedy}):`, ...names.map((name) => `  ${name}`)].join('\n');
}
