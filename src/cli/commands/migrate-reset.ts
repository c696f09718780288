import { NO_FILTER } from '../../adapters/prisma-engine';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { migrationsOf, onTarget, openUnprotected, where } from '../developer';
import { ExitCode } from '../exit-codes';

export async function migrateReset(cli: Cli, options: { yes?: boolean }): Promise<number> {
  const developer = openUnprotected(cli, 'migrate reset', 'lockkeeper deploy');
  const name = where(developer);
  cli.note(`Everything in ${name} will be dropped.`);
  await confirm(cli, { action: 'drop it all', typed: name, yes: options.yes ?? false });
  await onTarget(developer, (engine) => engine.reset({ filter: NO_FILTER }));
  const input = { migrationsList: migrationsOf(developer), filters: NO_FILTER };
  const { appliedMigrationNames: applied } = await onTarget(developer, (engine) => engine.applyMigrations(input));
  cli.answer(
    { applied },
    `${name} is empty but for its migrations (${applied.length} applied); "npm run db:seed" fills it.`,
  );
  return ExitCode.Ok;
}
