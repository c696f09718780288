/** What was begun and will not end by itself, of every target that this host can reach. Reads only: people decide what becomes of it. */
import { READ_ONLY, withSession } from './adapters/postgres';
import { scratchBeside, tracesIn, type ScratchTrace, type Traces } from './adapters/traces';
import { remainsIn } from './backup/staging';
import type { LockkeeperClient } from './client';
import { rehearsalUrl, targetUrl, type Config, type Target } from './config';
import { halfDoneBackups, halfDoneIn, type HalfDone } from './policy/half-done';

export interface Round {
  found: HalfDone[];
  /** Targets that could not be looked at, each with the reason, in words. */
  unseen: string[];
}

export interface RoundRequest {
  config: Config;
  env: NodeJS.ProcessEnv;
  client: Pick<LockkeeperClient, 'open' | 'latest'>;
  /** Only this environment, or this target of it. */
  environment?: string | undefined;
  target?: string | undefined;
}

/** A target whose variable is not set here is another host's. */
export async function makeRound({ config, env, client, environment, target }: RoundRequest): Promise<Round> {
  const round: Round = { found: [], unseen: [] };
  const environments = Object.values(config.environments).filter(({ name }) => name === (environment ?? name));
  const open = await client.open();
  for (const each of environments) {
    for (const [name, { urlEnv }] of Object.entries(each.targets)) {
      if (name !== (target ?? name) || !env[urlEnv]) continue;
      try {
        const traces = await lookAt({ environment: each, name, urlEnv }, env);
        const newest = await client.latest(each.name, name);
        const place = { environment: each.name, target: name };
        round.found.push(...halfDoneIn(place, traces, { open, newest }));
        const beside = await lookBeside({ environment: each, name, urlEnv }, env);
        round.found.push(...halfDoneIn(place, { deployments: [], sessions: [], scratch: beside }, { open, newest }));
      } catch (error) {
        round.unseen.push(`${each.name}/${name} could not be looked at: ${(error as Error).message}`);
      }
    }
  }
  const folders = new Set(environments.map(({ backup }) => backup.dir));
  for (const folder of folders) round.found.push(...halfDoneBackups(folder, await remainsIn(folder)));
  return { ...round, found: eachOnce(round.found) };
}

const SESSION = { ...READ_ONLY, applicationName: 'lockkeeper/janitor' };

function lookAt(target: Target, env: NodeJS.ProcessEnv): Promise<Traces> {
  return withSession(targetUrl(target, env), SESSION, tracesIn);
}

/** On the server that rehearses for it, where that is another. */
async function lookBeside(target: Target, env: NodeJS.ProcessEnv): Promise<ScratchTrace[]> {
  const { urlEnv } = target.environment.rehearsal;
  const url = urlEnv !== null && env[urlEnv] ? rehearsalUrl(target, env) : null;
  if (url === null) return [];
  const seen = await withSession(url, SESSION, scratchBeside);
  return seen.map((trace) => ({ ...trace, server: urlEnv }));
}

/** Two targets of one server see the same scratch databases. */
function eachOnce(found: HalfDone[]): HalfDone[] {
  return [
    ...new Map(
      found.map((each) => [each.what === 'scratch database' ? each.seen : JSON.stringify(each), each]),
    ).values(),
  ];
}
