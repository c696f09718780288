/** What a command needs to talk to deployments: the configuration, a connected client, and who the person is. */
import { userInfo } from 'node:os';
import { LockkeeperClient, type DeploymentRef } from '../client';
import { resolveTarget, type Config } from '../config';
import type { Person } from '../contract';
import { UsageError } from '../errors';
import { signingKey } from '../signing';
import type { Cli } from './cli';
import { openConfig } from './open-config';

export interface Session {
  config: Config;
  client: LockkeeperClient;
  person: Person;
}

/** Connects, and closes the connection whatever happens. */
export async function withSession<T>(cli: Cli, use: (session: Session) => Promise<T>): Promise<T> {
  const config = openConfig(cli);
  const person = whoAmI(cli.io.env);
  const client = await LockkeeperClient.connect({
    signingKey: signingKey(config.root, cli.io.env),
    taskQueue: config.taskQueue,
  });
  try {
    return await use({ config, client, person });
  } finally {
    await client.close();
  }
}

/** `LOCKKEEPER_USER`, else the operating system's user. @throws UsageError when neither has a name. */
export function whoAmI(env: NodeJS.ProcessEnv): Person {
  const given = env['LOCKKEEPER_USER']?.trim() ?? '';
  const name = given === '' ? osUser() : given;
  return { id: `cli:${name}`, name };
}

function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user id often has no entry in /etc/passwd.
    throw new UsageError('This user has no name; set LOCKKEEPER_USER to yours.');
  }
}

/**
 * The deployment that a command speaks of: by id, else the latest of `--env` and `--target`.
 * @throws UsageError when there is none.
 */
export async function findDeployment(
  cli: Cli,
  { client, config }: Session,
  id: string | undefined,
): Promise<DeploymentRef> {
  if (id !== undefined) return (await newestWithId(client, config, id)) ?? client.find(id);
  const target = resolveTarget(config, cli.options.env, cli.options.target);
  const latest = await client.latest(target.environment.name, target.name);
  if (latest) return latest;
  throw new UsageError(
    `There is no deployment of ${target.environment.name}/${target.name} yet; start one with "lockkeeper deploy".`,
  );
}

/** A deployment that has just been started is not in Temporal's list yet, but its target's newest run is known at once. */
async function newestWithId(client: LockkeeperClient, config: Config, id: string): Promise<DeploymentRef | null> {
  const targets = Object.values(config.environments).flatMap((environment) =>
    Object.keys(environment.targets).map((target) => client.latest(environment.name, target)),
  );
  return (await Promise.all(targets)).find((ref) => ref?.deploymentId === id) ?? null;
}
