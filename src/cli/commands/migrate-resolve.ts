import { failedMigrations } from '../../adapters/failed-migrations';
import { readMigrations } from '../../adapters/migration-files';
import { lockHolder } from '../../adapters/migration-lock';
import { withSession } from '../../adapters/postgres';
import { NO_FILTER } from '../../adapters/prisma-engine';
import { UsageError } from '../../errors';
import { explainFailed } from '../../planner';
import { judge } from '../../policy/half-applied';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { migrationsOf, onTarget, openTarget, where, type Developer } from '../developer';
import { ExitCode } from '../exit-codes';

export interface MigrateResolveOptions {
  applied?: string;
  rolledBack?: string;
  yes?: boolean;
}

/** Changes nothing: what can be proven of each failed migration, and the command that goes on from there. */
async function explain(cli: Cli): Promise<number> {
  const developer = openTarget(cli);
  const { failedMigrationNames: names } = await onTarget(developer, (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: migrationsOf(developer),
      optInToShadowDatabase: false,
      filters: NO_FILTER,
    }),
  );
  const folders = readMigrations(developer.config.migrationsDir);
  const failed = await withSession(developer.url, { applicationName: 'lockkeeper/resolve' }, (client) =>
    failedMigrations(client, names, folders),
  );
  const verdicts = failed.map((migration) => ({ name: migration.name, ...judge(migration) }));
  const none = `No migration is recorded as failed in ${where(developer)}.`;
  cli.answer({ failed: verdicts }, failed.length === 0 ? none : failed.map(explainFailed).join('\n'));
  return failed.length === 0 ? ExitCode.Ok : ExitCode.Failed;
}

/** What looks left behind may be somebody's work under way. @throws UsageError */
async function refuseWhileRunning({ url }: Developer): Promise<void> {
  const holder = await withSession(url, { applicationName: 'lockkeeper/resolve' }, lockHolder);
  if (holder !== null)
    throw new UsageError(`${holder} holds Prisma's migration lock: a migration may be running; wait until it is done.`);
}

/** Changes the record alone. Allowed on protected environments: it is the way out of a failed row, and it asks. */
export async function migrateResolve(cli: Cli, options: MigrateResolveOptions): Promise<number> {
  const { applied, rolledBack } = options;
  if (applied !== undefined && rolledBack !== undefined)
    throw new UsageError(
      'Say either --applied <migration> or --rolled-back <migration>; without both, it says what is known.',
    );
  const migrationName = applied ?? rolledBack;
  if (migrationName === undefined) return explain(cli);
  const developer = openTarget(cli);
  const state = applied === undefined ? 'rolled back' : 'applied';
  await refuseWhileRunning(developer);
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
