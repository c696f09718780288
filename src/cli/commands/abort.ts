import { UsageError } from '../../errors';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { typedName, type DecideOptions } from '../decide';
import { ExitCode } from '../exit-codes';
import { findDeployment, withSession } from '../session';

export function abort(cli: Cli, options: DecideOptions, id?: string): Promise<number> {
  return withSession(cli, async (session) => {
    const ref = await findDeployment(cli, session, id);
    if (ref.state !== 'RUNNING')
      throw new UsageError(
        `Deployment ${ref.deploymentId} has ended; to undo it run "lockkeeper rollback ${ref.deploymentId}".`,
      );
    cli.note(`Deployment ${ref.deploymentId} of ${ref.environment}/${ref.target}, asked for by ${ref.requester}`);
    cli.note('Before it migrates it just ends; after that it undoes what it did.');
    await confirm(cli, { action: 'abort it', typed: typedName(session.config, ref), yes: options.yes ?? false });
    await session.client.abort(ref, session.person, options.reason ?? null);
    const text = `Asked to stop; see how it ends: lockkeeper watch ${ref.deploymentId}\nTemporal UI: ${ref.uiUrl}`;
    cli.answer({ deployment: ref }, text);
    return ExitCode.Ok;
  });
}
