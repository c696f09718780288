/** What interrupted deployments, backups and their like left, with the commands that go on from there. */
import { LockkeeperClient } from '../../client';
import type { Config } from '../../config';
import { makeRound } from '../../janitor';
import { missing, off, ok, type Check } from './check';

const WHAT = 'Half done';

export async function checkHalfDone(
  config: Config,
  env: NodeJS.ProcessEnv,
  environment: string | undefined,
): Promise<Check[]> {
  let client: LockkeeperClient;
  try {
    // Nothing is decided here, so nothing is signed.
    client = await LockkeeperClient.connect({ signingKey: '', taskQueue: config.taskQueue });
  } catch {
    return [off(WHAT, 'without Temporal nobody can tell what is still under way', 'start it, and look again')];
  }
  try {
    const { found } = await makeRound({ config, env, client, environment });
    if (found.length === 0) return [ok(WHAT, 'nothing: no deployment, database, session or backup')];
    return found.map(({ what, where, seen, next }) => missing(`${WHAT}: ${what} in ${where}`, seen, next));
  } finally {
    await client.close();
  }
}
