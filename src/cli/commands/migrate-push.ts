import { NO_FILTER } from '../../adapters/prisma-engine';
import { UsageError } from '../../errors';
import { plural } from '../../policy/words';
import type { Cli } from '../cli';
import { onTarget, openUnprotected, schemaFiles, where } from '../developer';
import { ExitCode } from '../exit-codes';

export async function migratePush(cli: Cli, { acceptDataLoss = false }: { acceptDataLoss?: boolean }): Promise<number> {
  const developer = openUnprotected(cli, 'migrate push', 'lockkeeper deploy');
  const pushed = await onTarget(developer, (engine) =>
    engine.schemaPush({ force: acceptDataLoss, schema: { files: schemaFiles(developer) }, filters: NO_FILTER }),
  );
  if (pushed.unexecutable.length > 0)
    throw new UsageError(
      `${pushed.unexecutable.join(' ')} Nothing was done; "lockkeeper migrate reset" starts afresh.`,
    );
  if (pushed.warnings.length > 0 && !acceptDataLoss) {
    throw new UsageError(`${pushed.warnings.join(' ')} Nothing was done; --accept-data-loss goes on.`);
  }
  const text =
    pushed.executedSteps === 0
      ? 'already matches the schema'
      : `matches the schema now (${plural(pushed.executedSteps, 'change')})`;
  cli.answer({ steps: pushed.executedSteps, warnings: pushed.warnings }, `${where(developer)} ${text}.`);
  return ExitCode.Ok;
}
