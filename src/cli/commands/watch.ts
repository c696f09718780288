import type { Cli } from '../cli';
import { follow } from '../follow';
import { findDeployment, withSession } from '../session';

export interface WatchOptions {
  /** False with `--no-wait`. */
  wait: boolean;
}

export function watch(cli: Cli, options: WatchOptions, id?: string): Promise<number> {
  return withSession(cli, async (session) => {
    const ref = await findDeployment(cli, session, id);
    return follow(cli, session, ref, { leaveWhenWaiting: !options.wait });
  });
}
