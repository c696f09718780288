import type { DeploymentRef } from '../../client';
import { makeRound } from '../../janitor';
import type { Cli } from '../cli';
import { ExitCode, exitCodeOf, exitCodeOfStatus } from '../exit-codes';
import { endedWithout } from '../follow';
import { ask } from '../observe';
import { findDeployment, withSession, type Session } from '../session';
import { frame } from '../view/frame';
import { outcomeText } from '../view/outcome';

export function status(cli: Cli, _options: unknown, id?: string): Promise<number> {
  return withSession(cli, async (session) => {
    const ref = await findDeployment(cli, session, id);
    const seen = await ask(session.client, ref);
    if (seen.kind !== 'status') return withoutWorker(cli, ref);
    const { status: now } = seen;
    if (!now.outcome && ref.state !== 'RUNNING') throw endedWithout(ref, ref.state, await leftBy(cli, session, ref));
    const { lines } = frame({ ref, status: now, now: new Date(), tick: 0, colors: cli.colors });
    const end = now.outcome ? outcomeText(ref, now, now.outcome, cli.colors, cli.width) : `Temporal UI: ${ref.uiUrl}`;
    cli.answer({ deployment: ref, status: now }, [...lines, '', end].join('\n'));
    return exitCodeOfStatus(now, ref.kind);
  });
}

/** What is half done in the target, where this host may look at it. */
async function leftBy(
  cli: Cli,
  { config, client }: Session,
  { environment, target }: DeploymentRef,
): Promise<string[]> {
  const { found } = await makeRound({ config, env: cli.io.env, client, environment, target });
  return found.map(({ seen, next }) => `${seen} Next: ${next}`);
}

/** Only a worker knows the details; Temporal itself knows the phase and how it ended. */
function withoutWorker(cli: Cli, ref: DeploymentRef): ExitCode {
  cli.note('No worker answers, so this is only what Temporal itself knows; start one with "lockkeeper worker".');
  const how = ref.outcome ?? `${ref.state.toLowerCase()}${ref.phase === null ? '' : `, phase ${ref.phase}`}`;
  cli.answer(
    { deployment: ref, status: null },
    `Deployment ${ref.deploymentId} of ${ref.environment}/${ref.target}: ${how}\nTemporal UI: ${ref.uiUrl}`,
  );
  return ref.outcome === null ? ExitCode.Failed : exitCodeOf(ref.outcome, ref.kind);
}
