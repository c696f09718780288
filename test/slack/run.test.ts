import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createSlack } from '../../src/adapters/slack';
import { APPROVE_ACTION } from '../../src/adapters/slack/decision-value';
import { LockkeeperClient } from '../../src/client';
import { parseConfig, type Config } from '../../src/config';
import { SlackStandIn } from '../../src/demo/slack-stand-in';
import type { RoomMessage } from '../../src/demo/slack-room';
import { UsageError } from '../../src/errors';
import { runSlackServer } from '../../src/slack-server';
import { UI_URL, waiting } from './deployment';
import { SocketStandIn } from './socket-stand-in';

const SECRET = 'signing-secret-of-the-tests';
const ALICE = { id: 'U0ALICE', name: 'alice' };

let standIn: SlackStandIn;
let root: string;

const VARIABLES = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_SIGNING_SECRET: SECRET };

beforeEach(async () => {
  standIn = await SlackStandIn.start({ signingSecret: SECRET, people: [ALICE] });
  root = mkdtempSync(join(tmpdir(), 'lockkeeper-slack-'));
  Object.assign(process.env, VARIABLES);
});
afterEach(async () => {
  await standIn.close();
  rmSync(root, { recursive: true });
  for (const name of Object.keys(VARIABLES)) delete process.env[name];
  jest.restoreAllMocks();
});

function config(more = 'mode: http, port: 0'): Config {
  const slack = `slack: {channel: C0LOCKKEEPER, apiUrl: '${standIn.apiUrl}', ${more}}`;
  return parseConfig(`environments: {}\n${slack}\n`, join(root, 'lockkeeper.yaml'));
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

describe('lockkeeper slack', () => {
  it.each<[string, () => Config, string]>([
    ['there is no slack section', () => ({ ...config(), slack: undefined }), 'has no "slack" section'],
    [
      'the secret is not set',
      () => (delete process.env['SLACK_SIGNING_SECRET'], config()),
      'SLACK_SIGNING_SECRET is not set',
    ],
    [
      'the app-level token is not set',
      () => (delete process.env['SLACK_APP_TOKEN'], config('mode: socket')),
      'SLACK_APP_TOKEN is not set',
    ],
    ['the token is not set', () => (delete process.env['SLACK_BOT_TOKEN'], config()), 'SLACK_BOT_TOKEN is not set'],
    [
      'Slack refuses the token',
      () => (standIn.troubles.push({ kind: 'refused', error: 'invalid_auth' }), config()),
      'the bot token is not valid',
    ],
    [
      'Slack refuses the app-level token',
      () => (standIn.refusals.set('apps.connections.open', 'invalid_auth'), config('mode: socket')),
      'the app-level token is not valid',
    ],
  ])('says so in one sentence when %s', async (_, make, sentence) => {
    const error: unknown = await runSlackServer(make()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toContain(sentence);
  });

  it('passes clicks on to the workflow, and ends on SIGTERM after the last of them', async () => {
    const client = connectedClient();
    const port = await freePort();
    standIn.receiverUrl = `http://127.0.0.1:${port}/slack/interactions`;
    const running = runSlackServer(config(`mode: http, port: ${port}`));
    const message = await announced();
    await answering(port);

    expect(await standIn.click(message, APPROVE_ACTION, ALICE)).toBe(200);
    process.emit('SIGTERM');
    await running;
    expectPassedOn(client);
  });

  it('does the same by a socket, unless told otherwise', async () => {
    const client = connectedClient();
    const sockets = await SocketStandIn.start();
    standIn.socketUrl = sockets.url;
    const connected = sockets.nextConnection();
    const running = runSlackServer(config(''));
    const message = await announced();
    await connected;

    await sockets.deliver(standIn.clickPayload(message, APPROVE_ACTION, ALICE));
    process.emit('SIGTERM');
    await running;
    expectPassedOn(client);
    await sockets.close();
  });
});

interface FakeClient {
  find: () => Promise<object>;
  decide: jest.Mock;
  close: jest.Mock;
}

function connectedClient(): FakeClient {
  const client = {
    find: () => Promise.resolve({ environment: 'production', target: 'main', kind: 'deploy' }),
    decide: jest.fn(() => Promise.resolve({ state: 'waiting', approvals: 1, required: 2 })),
    close: jest.fn(() => Promise.resolve()),
  };
  jest.spyOn(LockkeeperClient, 'connect').mockResolvedValue(client as unknown as LockkeeperClient);
  return client;
}

function expectPassedOn(client: FakeClient): void {
  expect(client.decide).toHaveBeenCalledTimes(1);
  expect(standIn.room.ephemerals).toEqual([
    expect.objectContaining({ user: 'U0ALICE', text: expect.stringContaining('1 of 2 approvals') as string }),
  ]);
  expect(client.close).toHaveBeenCalled();
}

async function announced(): Promise<RoomMessage> {
  const slack = createSlack({
    token: 'xoxb-1',
    channel: 'C0LOCKKEEPER',
    apiUrl: standIn.apiUrl,
    log: pino({ level: 'silent' }),
  });
  const { ts } = await slack.announce(waiting(), null, UI_URL);
  return standIn.room.message(ts) as RoomMessage;
}

async function answering(port: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (response?.ok) return;
  }
}
