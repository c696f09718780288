import type { DeploymentRef } from '../../client';
import { UsageError } from '../../errors';
import { moment } from '../../report/format';
import { announce } from '../announce';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { typedName } from '../decide';
import { follow } from '../follow';
import { findDeployment, withSession } from '../session';

export interface RollbackOptions {
  yes?: boolean;
  detach?: boolean;
}

export function rollback(cli: Cli, options: RollbackOptions, id?: string): Promise<number> {
  return withSession(cli, async (session) => {
    const undo = await findDeployment(cli, session, id);
    check(undo);
    cli.note(
      `Undo deployment ${undo.deploymentId} of ${undo.environment}/${undo.target}, started ${moment(undo.startedAt.toISOString())} by ${undo.requester}.`,
    );
    cli.note('Its steps are reversed newest first; anything that would lose rows is asked about again.');
    await confirm(cli, { action: 'roll it back', typed: typedName(session.config, undo), yes: options.yes ?? false });
    const ref = await session.client.startRollback(undo, session.person);
    if (options.detach) return announce(cli, ref);
    return follow(cli, session, ref, { leaveWhenWaiting: !cli.options.input });
  });
}

function check(undo: DeploymentRef): void {
  if (undo.kind === 'rollback')
    throw new UsageError(
      `${undo.deploymentId} is itself a rollback; name the deployment to undo ("lockkeeper history" lists them).`,
    );
  if (undo.state === 'RUNNING')
    throw new UsageError(
      `Deployment ${undo.deploymentId} is still open; end it with "lockkeeper abort ${undo.deploymentId}", which undoes what it did.`,
    );
}
