import type { DeploymentRef } from '../../client';
import { resolveTarget, type Config } from '../../config';
import { duration, moment } from '../../report/format';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { withSession } from '../session';
import { table } from '../view/table';
import { plain } from '../view/text';

export interface HistoryOptions {
  limit: number;
}

export function history(cli: Cli, { limit }: HistoryOptions): Promise<number> {
  return withSession(cli, async ({ client, config }) => {
    const { env, target } = cli.options;
    checkFilter(config, env, target);
    const deployments: DeploymentRef[] = [];
    for await (const ref of client.history(env, target)) if (deployments.push(ref) >= limit) break;
    cli.answer({ deployments }, deployments.length === 0 ? 'No deployment yet.' : list(cli, deployments));
    return ExitCode.Ok;
  });
}

/** A misspelt name would otherwise look like an empty history. */
function checkFilter(config: Config, env: string | undefined, target: string | undefined): void {
  if (env === undefined) return;
  const [first] = Object.keys(config.environments[env]?.targets ?? {});
  resolveTarget(config, env, target ?? first);
}

function list(cli: Cli, deployments: DeploymentRef[]): string {
  const rows = deployments.map((ref) => [
    ref.deploymentId,
    ref.kind,
    `${ref.environment}/${ref.target}`,
    ref.outcome ?? (ref.state === 'RUNNING' ? `in ${ref.phase ?? 'its start'}` : ref.state.toLowerCase()),
    moment(ref.startedAt.toISOString()),
    ref.closedAt === null ? '' : duration(ref.closedAt.getTime() - ref.startedAt.getTime()),
    plain(ref.requester),
  ]);
  const head = ['deployment', 'kind', 'target', 'outcome', 'started', 'took', 'asked for by'];
  return `${table(head, rows, cli.colors)}\n\nTemporal UI of the newest: ${deployments[0]?.uiUrl ?? ''}`;
}
