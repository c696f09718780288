import type { View } from '@slack/web-api';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createSlack } from '../../src/adapters/slack';
import { SlackApi } from '../../src/adapters/slack/api';
import { APPROVE_ACTION, REJECT_ACTION } from '../../src/adapters/slack/decision-value';
import { clickPayload, signed, signedBody, type SignedRequest } from '../../src/demo/slack-requests';
import { SlackStandIn } from '../../src/demo/slack-stand-in';
import type { RoomMessage } from '../../src/demo/slack-room';
import type { SlackDecision } from '../../src/slack/decide';
import { createSlackServer, type SlackServer, type SlackServerOptions } from '../../src/slack/http-receiver';
import { DIGEST, UI_URL, waiting } from './deployment';

const SECRET = 'signing-secret-of-the-tests';
const ALICE = { id: 'U0ALICE', name: 'alice' };
const BOB = { id: 'U0BOB', name: 'bob' };
const IDENTITY = { team: 'T0STANDIN', app: 'A0STANDIN' };
const log = pino({ level: 'silent' });

let standIn: SlackStandIn;
let server: SlackServer;
let message: RoomMessage;
let decisions: SlackDecision[];
let openView: jest.Mock;

beforeEach(async () => {
  decisions = [];
  standIn = await SlackStandIn.start({ signingSecret: SECRET, people: [ALICE, BOB] });
  const ref = await createSlack({ token: 'xoxb-1', channel: 'C0LOCKKEEPER', apiUrl: standIn.apiUrl, log }).announce(
    waiting(),
    null,
    UI_URL,
  );
  message = standIn.room.message(ref.ts) as RoomMessage;
  await serve();
});
afterEach(async () => {
  await close();
  await standIn.close();
});

async function serve(overrides: Partial<SlackServerOptions> = {}): Promise<void> {
  const api = new SlackApi({ token: 'xoxb-1', apiUrl: standIn.apiUrl });
  openView = jest.fn((triggerId: string, view: View) =>
    api.call('views.open', (web) => web.views.open({ trigger_id: triggerId, view })),
  );
  const decide = (decision: SlackDecision): Promise<string> => Promise.resolve(`noted ${decisions.push(decision)}`);
  server = createSlackServer({
    signingSecret: SECRET,
    expectedTeam: IDENTITY.team,
    expectedApp: IDENTITY.app,
    decide,
    openView,
    apiUrl: standIn.apiUrl,
    log,
    ...overrides,
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  standIn.receiverUrl = `${base()}/slack/interactions`;
}

async function close(): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function serveInstead(overrides: Partial<SlackServerOptions>): Promise<void> {
  await close();
  await serve(overrides);
}

const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const approveRequest = (at?: Date): SignedRequest => standIn.clickRequest(message, APPROVE_ACTION, ALICE, at);
const told = (): string[] => standIn.room.ephemerals.map(({ user, text }) => `${user}: ${text}`);

/** A click whose payload is changed before it is signed. */
function forged(change: (payload: Record<string, unknown>) => void): SignedRequest {
  const value = JSON.stringify({ deploymentId: '20251202-101500-a1b2', bindingDigest: DIGEST });
  const payload = clickPayload(
    IDENTITY,
    ALICE,
    { actionId: APPROVE_ACTION, value },
    'trigger-1',
    `${standIn.url}/response/1/U0ALICE/1`,
  );
  change(payload as Record<string, unknown>);
  return signed(payload, SECRET);
}

async function expectRefused(request: SignedRequest, status: number): Promise<void> {
  expect(await standIn.send(request)).toBe(status);
  await server.settled();
  expect(decisions).toEqual([]);
  expect(told()).toEqual([]);
}

describe('a click', () => {
  it('becomes the decision of the person whom Slack names', async () => {
    expect(await standIn.click(message, APPROVE_ACTION, ALICE)).toBe(200);
    await server.settled();
    const expected = { deploymentId: '20251202-101500-a1b2', bindingDigest: DIGEST, verdict: 'approve', reason: null };
    expect(decisions).toEqual([{ ...expected, person: { id: 'slack:U0ALICE', name: 'alice' } }]);
    expect(told()).toEqual(['U0ALICE: noted 1']);
  });

  it('to reject asks for the reason first', async () => {
    await standIn.click(message, REJECT_ACTION, BOB);
    await server.settled();
    expect(decisions).toEqual([]);
    const [view] = standIn.room.views;
    if (!view) throw new Error('no modal was opened');
    expect(await standIn.submitReason(view, '  not on a Friday ', BOB)).toBe(200);
    await server.settled();
    expect(decisions).toMatchObject([
      { verdict: 'reject', reason: 'not on a Friday', bindingDigest: DIGEST, person: { id: 'slack:U0BOB' } },
    ]);
    expect(told()).toEqual(['U0BOB: noted 1']);
  });

  it('to reject says so when Slack does not open the modal', async () => {
    standIn.troubles.push({ kind: 'refused', error: 'expired_trigger_id' });
    await standIn.click(message, REJECT_ACTION, BOB);
    await server.settled();
    expect(told()).toEqual([expect.stringContaining('nothing was decided')]);
  });

  it('on another element of the message is acknowledged and ignored', async () => {
    await expectRefused(
      forged((payload) => (payload['actions'] = [{ action_id: 'open_link' }])),
      200,
    );
  });
});

describe('a request that is not proven to be ours (fault 32)', () => {
  it('is accepted up to five minutes off, either way', async () => {
    const now = Date.now();
    await serveInstead({ now: () => now });
    for (const offset of [-300, 300])
      expect(await standIn.send(approveRequest(new Date(now + offset * 1000)))).toBe(200);
  });

  it.each([-301, 301])('is refused %i seconds off', async (offset) => {
    const now = Date.now();
    await serveInstead({ now: () => now });
    await expectRefused(approveRequest(new Date(now + offset * 1000)), 401);
  });

  it('is refused with another secret', async () => {
    const payload = JSON.parse(new URLSearchParams(approveRequest().body).get('payload') ?? '') as object;
    await expectRefused(signed(payload, 'another secret'), 401);
  });

  it('is refused with an altered body', async () => {
    const { headers, body } = approveRequest();
    await expectRefused({ headers, body: body.replace('U0ALICE', 'U0MALLORY') }, 401);
  });

  it('is refused with an altered timestamp', async () => {
    const { headers, body } = approveRequest();
    const later = String(Number(headers['x-slack-request-timestamp']) + 1);
    await expectRefused({ headers: { ...headers, 'x-slack-request-timestamp': later }, body }, 401);
  });

  it.each(['', 'v0=', 'v1=00', `v0=${'0'.repeat(64)}`])('is refused with the signature %j', async (signature) => {
    const { headers, body } = approveRequest();
    await expectRefused({ headers: { ...headers, 'x-slack-signature': signature }, body }, 401);
  });

  it.each(['x-slack-signature', 'x-slack-request-timestamp'])('is refused without %s', async (name) => {
    const { headers, body } = approveRequest();
    const { [name]: _, ...rest } = headers;
    await expectRefused({ headers: rest, body }, 401);
  });

  it.each<[string, (payload: Record<string, unknown>) => void]>([
    ['another workspace', (payload) => (payload['team'] = { id: 'T0OTHER' })],
    ['a person of another workspace', (payload) => (payload['user'] = { ...ALICE, team_id: 'T0OTHER' })],
    ['no workspace', (payload) => Object.assign(payload, { team: null, user: ALICE })],
    ['another app', (payload) => (payload['api_app_id'] = 'A0OTHER')],
    ['nobody', (payload) => delete payload['user']],
    ['a bot', (payload) => (payload['user'] = { ...ALICE, team_id: IDENTITY.team, is_bot: true })],
    ['a bot id', (payload) => (payload['user'] = { id: 'B0BOT', name: 'bot', team_id: IDENTITY.team })],
    ['Slackbot', (payload) => (payload['user'] = { id: 'USLACKBOT', name: 'slackbot', team_id: IDENTITY.team })],
  ])('is refused from %s', async (_, change) => {
    await expectRefused(forged(change), 401);
  });
});

describe('a request that makes no sense', () => {
  it.each<[string, string]>([
    ['no payload', 'x=1'],
    ['no JSON', 'payload=%7B'],
    ['an unknown type', `payload=${encodeURIComponent('{"type":"shortcut"}')}`],
  ])('is refused with %s', async (_, body) => {
    await expectRefused(signedBody(body, SECRET), 400);
  });

  it.each(['', 'approve', '{}', '{"deploymentId":"d","bindingDigest":"b","authority":"yes"}'])(
    'is refused with the button value %j',
    async (value) => {
      await expectRefused(
        forged((payload) => (payload['actions'] = [{ action_id: APPROVE_ACTION, value }])),
        400,
      );
    },
  );

  it.each([
    ['GET', '/slack/interactions', 404],
    ['POST', '/slack/commands', 404],
    ['POST', '/healthz', 404],
    ['GET', '/', 404],
    ['GET', '/healthz', 200],
  ])('%s %s gets %i', async (method, path, status) => {
    const response = await fetch(base() + path, { method });
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(status === 200 ? 'ok' : '');
  });

  it('is refused when it is larger than 1 MB', async () => {
    const { headers } = approveRequest();
    await expectRefused({ headers, body: 'x'.repeat(1024 * 1024 + 1) }, 413);
  });
});

describe('Slack that insists, people who insist (faults 33, 38)', () => {
  it('acknowledges before the decision is made, and answers afterwards', async () => {
    const decision = deferred();
    await serveInstead({ decide: () => decision.promise });
    expect(await standIn.click(message, APPROVE_ACTION, ALICE)).toBe(200);
    expect(told()).toEqual([]);
    decision.resolve('approved at last');
    await server.settled();
    expect(told()).toEqual(['U0ALICE: approved at last']);
  });

  it('decides once for a double click and a retry of Slack, and answers each', async () => {
    let calls = 0;
    const decision = deferred();
    await serveInstead({ decide: () => ((calls += 1), decision.promise) });
    const request = approveRequest();
    const again = {
      ...request,
      headers: { ...request.headers, 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' },
    };
    await Promise.all([standIn.send(request), standIn.send(again), standIn.click(message, APPROVE_ACTION, ALICE)]);
    decision.resolve('approved');
    await server.settled();
    expect(calls).toBe(1);
    expect(told()).toEqual(Array(3).fill('U0ALICE: approved'));
  });

  it('decides for each of two people who click at once', async () => {
    await Promise.all([standIn.click(message, APPROVE_ACTION, ALICE), standIn.click(message, APPROVE_ACTION, BOB)]);
    await server.settled();
    expect(decisions.map(({ person }) => person.id).sort()).toEqual(['slack:U0ALICE', 'slack:U0BOB']);
  });

  it('tells the person when the decision could not be passed on', async () => {
    await serveInstead({ decide: () => Promise.reject(new Error('secret detail')) });
    await standIn.click(message, APPROVE_ACTION, ALICE);
    await server.settled();
    expect(told()).toEqual([expect.stringContaining('could not pass on your decision')]);
    expect(told()[0]).not.toContain('secret detail');
  });
});

describe('the answer to the person', () => {
  it.each([
    'http://169.254.169.254/latest',
    'https://hooks.slack.com.evil.example/x',
    'https://hooks.slack.com@evil.example/',
    'http://hooks.slack.com/x',
    'not a url',
    '',
  ])('does not go to %j', async (responseUrl) => {
    const fetched = jest.spyOn(globalThis, 'fetch');
    const request = forged((payload) => (payload['response_url'] = responseUrl));
    expect(await standIn.send(request)).toBe(200);
    await server.settled();
    expect(decisions).toHaveLength(1);
    expect(fetched.mock.calls.map(([url]) => url)).toEqual([standIn.receiverUrl]);
    fetched.mockRestore();
  });
});

function deferred(): { promise: Promise<string>; resolve: (words: string) => void } {
  let resolve: (words: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => (resolve = settle));
  return { promise, resolve };
}
