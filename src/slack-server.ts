/** `lockkeeper slack`: Slack's buttons -> verified decisions -> the workflow's update. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { destination, pino, type Logger } from 'pino';
import { SlackApi, SlackCallError } from './adapters/slack/api';
import { LockkeeperClient } from './client';
import type { Config } from './config';
import { UsageError } from './errors';
import { signingKey } from './signing';
import { decideThrough } from './slack/decide';
import type { View } from './slack/reason-view';
import { createSlackServer, type SlackServer } from './slack/receiver';

export { createSlackServer, type SlackServer, type SlackServerOptions } from './slack/receiver';
export type { Decide, SlackDecision } from './slack/decide';

/** Acknowledged clicks get this long to reach Temporal once the process is asked to stop. */
const GRACE_MS = 20_000;
const STDERR = 2;

interface Settings {
  signingSecret: string;
  token: string;
  apiUrl: string | undefined;
  host: string;
  port: number;
}

/**
 * Serves until SIGTERM or SIGINT, then works off what it has acknowledged.
 * @throws UsageError when the configuration lacks something, Slack refuses the token, or the port is taken.
 */
export async function runSlackServer(config: Config): Promise<void> {
  const settings = settingsOf(config);
  const log = pino(
    { name: 'lockkeeper-slack', level: process.env['LOCKKEEPER_LOG_LEVEL'] ?? 'info' },
    destination(STDERR),
  );
  const api = new SlackApi(settings);
  const origin = await whoWeAre(api);
  const client = await LockkeeperClient.connect({ signingKey: signingKey(config.root), taskQueue: config.taskQueue });
  const openView = async (triggerId: string, view: View): Promise<void> => {
    await api.call('views.open', (web) => web.views.open({ trigger_id: triggerId, view }));
  };
  const server = createSlackServer({ ...settings, ...origin, openView, decide: decideThrough(client, log), log });
  try {
    await listen(server, settings);
    log.info({ address: server.address() }, 'waiting for Slack at /slack/interactions');
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
    await stop(server, log);
  } finally {
    await client.close();
  }
}

function settingsOf({ slack, file }: Config, env: NodeJS.ProcessEnv = process.env): Settings {
  if (!slack) throw new UsageError(`${file} has no "slack" section; add "slack: {channel: '#your-channel'}".`);
  const required = (name: string, what: string): string => {
    const value = env[name]?.trim();
    if (!value)
      throw new UsageError(`${name} is not set: it must hold ${what} (https://api.slack.com/apps, your app).`);
    return value;
  };
  return {
    signingSecret: required(slack.signingSecretEnv, 'the signing secret of the Slack app'),
    token: required(slack.tokenEnv, 'the bot token of the Slack app'),
    apiUrl: slack.apiUrl,
    host: slack.host,
    port: slack.port,
  };
}

/** The workspace and the app of our token: what others sign is refused even if they know the secret. */
async function whoWeAre(api: SlackApi): Promise<{ expectedTeam: string | undefined; expectedApp: string | undefined }> {
  try {
    const {
      team_id: team,
      app_id: app,
      is_enterprise_install: everyWorkspace,
    } = await api.call('auth.test', (web) => web.auth.test());
    return { expectedTeam: everyWorkspace ? undefined : team, expectedApp: app };
  } catch (error) {
    if (error instanceof SlackCallError) throw new UsageError(error.message);
    throw error;
  }
}

async function listen(server: SlackServer, { host, port }: Settings): Promise<void> {
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    throw new UsageError(
      `Cannot listen on ${host}:${port} (${(error as NodeJS.ErrnoException).code ?? 'unknown'}); change slack.host or slack.port.`,
    );
  }
}

async function stop(server: SlackServer, log: Logger): Promise<void> {
  const closed = once(server, 'close').then(() => server.settled());
  server.close();
  const grace = new AbortController();
  const late = sleep(GRACE_MS, 'late' as const, { signal: grace.signal });
  if ((await Promise.race([closed, late])) === 'late') log.warn('some clicks did not reach Temporal before the end');
  grace.abort();
}
