import { resolveTarget } from '../../config';
import type { Cli } from '../cli';
import { follow } from '../follow';
import { withSession } from '../session';
import { announce } from '../announce';

export interface DeployOptions {
  detach?: boolean;
}

export function deploy(cli: Cli, options: DeployOptions): Promise<number> {
  return withSession(cli, async ({ config, client, person }) => {
    const target = resolveTarget(config, cli.options.env, cli.options.target);
    const ref = await client.start(target.environment.name, target.name, person);
    if (options.detach) return announce(cli, ref);
    return follow(cli, client, ref, { leaveWhenWaiting: !cli.options.input });
  });
}
