/** `lockkeeper slack`: Slack's buttons -> verified decisions -> the workflow's update. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { destination, pino, type Logger } from 'pino';
import { SlackApi, SlackCallError } from './adapters/slack/api';
import { LockkeeperClient } from './client';
import type { Config } from './config';
import { UsageError } from './errors';
import { signingKey } from './signing';
import type { ClicksOptions } from './slack/clicks';
import { decideThrough } from './slack/decide';
import { createSlackServer } from './slack/http-receiver';
import type { View } from './slack/reason-view';
import { SlackSocket } from './slack/socket-receiver';

/** Acknowledged clicks get this long to reach Temporal once the process is asked to stop. */
const GRACE_MS = 20_000;
const STDERR = 2;

type Settings = { token: string; apiUrl: string | undefined } & (
  { mode: 'socket'; appToken: string } | { mode: 'http'; signingSecret: string; host: string; port: number }
);

/** Where clicks come in. */
interface Receiver {
  /** @returns where it receives, for the log. */
  open(): Promise<string>;
  /** Takes no more clicks, and resolves when those that it took are worked off. */
  close(): Promise<void>;
}

/**
 * Receives until SIGTERM or SIGINT, then works off what it has acknowledged.
 * @throws UsageError when the configuration lacks something, Slack refuses a token, or the port is taken.
 */
export async function runSlackServer(config: Config): Promise<void> {
  const settings = settingsOf(config);
  const log = pino(
    { name: 'lockkeeper-slack', level: process.env['LOCKKEEPER_LOG_LEVEL'] ?? 'info' },
    destination(STDERR),
  );
  const api = new SlackApi(settings);
  const origin = await asUsage(whoWeAre(api));
  const client = await LockkeeperClient.connect({ signingKey: signingKey(config.root), taskQueue: config.taskQueue });
  const openView = async (triggerId: string, view: View): Promise<void> => {
    await api.call('views.open', (web) => web.views.open({ trigger_id: triggerId, view }));
  };
  const clicks = { apiUrl: settings.apiUrl, ...origin, openView, decide: decideThrough(client, log), log };
  const receiver = settings.mode === 'socket' ? socketReceiver(settings, clicks) : httpReceiver(settings, clicks);
  try {
    log.info({ at: await receiver.open() }, 'waiting for clicks in Slack');
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
    await closeInTime(receiver, log);
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
  const { apiUrl, host, port } = slack;
  const token = required(slack.tokenEnv, 'the bot token of the Slack app');
  if (slack.mode === 'socket')
    return { mode: 'socket', token, apiUrl, appToken: required(slack.appTokenEnv, 'an app-level token (xapp-...)') };
  const signingSecret = required(slack.signingSecretEnv, 'the signing secret of the Slack app');
  return { mode: 'http', token, apiUrl, signingSecret, host, port };
}

/** The workspace and the app of our token: what others send is refused even if they know the secret. */
async function whoWeAre(api: SlackApi): Promise<{ expectedTeam: string | undefined; expectedApp: string | undefined }> {
  const {
    team_id: team,
    app_id: app,
    is_enterprise_install: everyWorkspace,
  } = await api.call('auth.test', (web) => web.auth.test());
  return { expectedTeam: everyWorkspace ? undefined : team, expectedApp: app };
}

/** What Slack refuses at the start is a mistake in the settings; later it is a trouble that passes. */
async function asUsage<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof SlackCallError) throw new UsageError(error.message);
    throw error;
  }
}

function socketReceiver({ appToken }: Extract<Settings, { mode: 'socket' }>, clicks: ClicksOptions): Receiver {
  const socket = new SlackSocket({ ...clicks, appToken });
  return {
    async open() {
      await asUsage(socket.open());
      return 'a socket to Slack';
    },
    async close() {
      await socket.close();
      await socket.settled();
    },
  };
}

function httpReceiver(settings: Extract<Settings, { mode: 'http' }>, clicks: ClicksOptions): Receiver {
  const { host, port, signingSecret } = settings;
  const server = createSlackServer({ ...clicks, signingSecret });
  return {
    async open() {
      try {
        await once(server.listen(port, host), 'listening');
      } catch (error) {
        throw new UsageError(
          `Cannot listen on ${host}:${port} (${(error as NodeJS.ErrnoException).code ?? 'unknown'}); change slack.host or slack.port.`,
        );
      }
      return `http://${host}:${port}/slack/interactions`;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      await closed;
      await server.settled();
    },
  };
}

async function closeInTime(receiver: Receiver, log: Logger): Promise<void> {
  const grace = new AbortController();
  const late = sleep(GRACE_MS, 'late' as const, { signal: grace.signal });
  if ((await Promise.race([receiver.close(), late])) === 'late')
    log.warn('some clicks did not reach Temporal before the end');
  grace.abort();
}
