import type { DeploymentRef } from '../../client';
import { ROLLBACK_STRATEGIES, type RollbackStrategy } from '../../contract';
import { UsageError } from '../../errors';
import { moment } from '../../report/format';
import { announce } from '../announce';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { typedName } from '../decide';
import { follow } from '../follow';
import { findDeployment, withSession } from '../session';

export interface RollbackOptions {
  strategy?: string;
  yes?: boolean;
  detach?: boolean;
}

export function rollback(cli: Cli, options: RollbackOptions, id?: string): Promise<number> {
  const strategy = strategyOf(options.strategy);
  return withSession(cli, async (session) => {
    const undo = await findDeployment(cli, session, id);
    check(undo);
    cli.note(
      `Undo deployment ${undo.deploymentId} of ${undo.environment}/${undo.target}, started ${moment(undo.startedAt.toISOString())} by ${undo.requester}.`,
    );
    cli.note(WHAT_IT_DOES[strategy]);
    await confirm(cli, { action: 'roll it back', typed: typedName(session.config, undo), yes: options.yes ?? false });
    const ref = await session.client.startRollback(undo, session.person, strategy);
    if (options.detach) return announce(cli, ref);
    return follow(cli, session, ref, { leaveWhenWaiting: !cli.options.input });
  });
}

const WHAT_IT_DOES: Record<RollbackStrategy, string> = {
  auto: 'The facts decide how: its steps reversed newest first where they can be. What takes rows away is shown and asked about first.',
  reverse: 'Its steps are reversed newest first. What takes rows away is shown and asked about first.',
  restore:
    'Its backup is restored beside the database; people see what was written since, and then the two exchange their names. The database of today is kept.',
};

function strategyOf(text = 'auto'): RollbackStrategy {
  const found = ROLLBACK_STRATEGIES.find((strategy) => strategy === text);
  if (!found) throw new UsageError(`--strategy ${text} is not known; it is one of ${ROLLBACK_STRATEGIES.join(', ')}.`);
  return found;
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
