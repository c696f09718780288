import { resolveTarget } from '../../config';
import type { Cli } from '../cli';
import { follow } from '../follow';
import { withSession } from '../session';
import { announce } from '../announce';

export interface DeployOptions {
  detach?: boolean;
}

export function deploy(cli: Cli, options: DeployOptions): Promise<number> {
  return withSession(cli, async (session) => {
    const target = resolveTarget(session.config, cli.options.env, cli.options.target);
    const ref = await session.client.start(target.environment.name, target.name, session.person);
    if (options.detach) return announce(cli, ref);
    return follow(cli, session, ref, { leaveWhenWaiting: !cli.options.input });
  });
}
