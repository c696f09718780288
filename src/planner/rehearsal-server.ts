/** Which server rehearses, and what keeps it from that: found out before a backup is taken for it. */
import { READ_ONLY, withSession } from '../adapters/postgres';
import { needsOf, serverFor } from '../adapters/rehearsal-server';
import { rehearsalUrl, type Target } from '../config';
import { ApplicationFailure, UsageError } from '../errors';
import type { RehearsalServer } from '../policy/checklist';
import { whyUnfit } from '../policy/rehearsal-server';
import type { Inspection } from './inspection';

/** With the URL that scratch databases are made by; the target's own where no other can be. */
export interface ChosenServer extends RehearsalServer {
  url: string;
}

const SESSION = { ...READ_ONLY, applicationName: 'lockkeeper/rehearsal-server', statementTimeoutMs: 30_000 };

/** @param url of the target. */
export async function chooseServer(
  target: Target,
  url: string,
  { server }: Inspection,
  env: NodeJS.ProcessEnv,
): Promise<ChosenServer> {
  const { urlEnv } = target.environment.rehearsal;
  const { role, canCreateDatabase } = server;
  if (urlEnv === null) return { url, variable: null, role, canCreateDatabase, unfit: null };
  try {
    const other = rehearsalUrl(target, env) ?? url;
    const needs = await withSession(url, SESSION, needsOf);
    const there = await withSession(other, SESSION, (client) => serverFor(needs, client));
    return {
      url: other,
      variable: urlEnv,
      role: there.role,
      canCreateDatabase: there.canCreateDatabase,
      unfit: whyUnfit(`The server of ${urlEnv}`, there, needs, server.majorVersion),
    };
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ApplicationFailure)) throw error;
    const unfit = `The server that rehearses cannot be asked: ${error.message}`;
    return { url, variable: urlEnv, role, canCreateDatabase, unfit };
  }
}
