import { UsageError } from '../../errors';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { migrationsOf, onTarget, openTarget, where } from '../developer';
import { ExitCode } from '../exit-codes';

export interface MigrateResolveOptions {
  applied?: string;
  rolledBack?: string;
  yes?: boolean;
}

/** Changes the record alone. Allowed on protected environments: it is the way out of a failed row, and it asks. */
export async function migrateResolve(cli: Cli, options: MigrateResolveOptions): Promise<number> {
  const { applied, rolledBack } = options;
  const migrationName = applied ?? rolledBack;
  if (migrationName === undefined || (applied !== undefined && rolledBack !== undefined)) {
    throw new UsageError('Say either --applied <migration> or --rolled-back <migration>.');
  }
  const developer = openTarget(cli);
  const state = applied === undefined ? 'rolled back' : 'applied';
  cli.note(`Records ${migrationName} as ${state} in ${where(developer)}; the schema itself is not touched.`);
  const typed = developer.target.environment.protected ? where(developer) : null;
  await confirm(cli, { action: `record it as ${state}`, typed, yes: options.yes ?? false });
  await onTarget(developer, async (engine) => {
    if (applied === undefined) await engine.markMigrationRolledBack({ migrationName });
    else await engine.markMigrationApplied({ migrationName, migrationsList: migrationsOf(developer) });
  });
  cli.answer({ migration: migrationName, state }, `Recorded ${migrationName} as ${state} in ${where(developer)}.`);
  return ExitCode.Ok;
}
