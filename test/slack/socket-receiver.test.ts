import type { View } from '@slack/web-api';
import { pino } from 'pino';
import { createSlack } from '../../src/adapters/slack';
import { SlackApi } from '../../src/adapters/slack/api';
import { APPROVE_ACTION, REJECT_ACTION } from '../../src/adapters/slack/decision-value';
import type { RoomMessage } from '../../src/demo/slack-room';
import { SlackStandIn } from '../../src/demo/slack-stand-in';
import type { SlackDecision } from '../../src/slack/decide';
import { SlackSocket, type SocketOptions } from '../../src/slack/socket-receiver';
import { until } from '../support/until';
import { DIGEST, UI_URL, waiting } from './deployment';
import { SocketStandIn } from './socket-stand-in';

const ALICE = { id: 'U0ALICE', name: 'alice' };
const log = pino({ level: 'silent' });

let standIn: SlackStandIn;
let sockets: SocketStandIn;
let socket: SlackSocket;
let message: RoomMessage;
let decisions: SlackDecision[];

beforeEach(async () => {
  decisions = [];
  sockets = await SocketStandIn.start();
  standIn = await SlackStandIn.start({ signingSecret: 'not used by a socket', people: [ALICE] });
  standIn.socketUrl = sockets.url;
  const slack = createSlack({ token: 'xoxb-1', channel: 'C0LOCKKEEPER', apiUrl: standIn.apiUrl, log });
  message = standIn.room.message((await slack.announce(waiting(), null, UI_URL)).ts) as RoomMessage;
  socket = socketWith();
});
afterEach(async () => {
  await socket.close();
  await sockets.close();
  await standIn.close();
});

function socketWith(overrides: Partial<SocketOptions> = {}): SlackSocket {
  const api = new SlackApi({ token: 'xoxb-1', apiUrl: standIn.apiUrl });
  return new SlackSocket({
    appToken: 'xapp-1',
    expectedTeam: 'T0STANDIN',
    expectedApp: 'A0STANDIN',
    decide: (decision) => Promise.resolve(`noted ${decisions.push(decision)}`),
    openView: async (triggerId: string, view: View) => {
      await api.call('views.open', (web) => web.views.open({ trigger_id: triggerId, view }));
    },
    apiUrl: standIn.apiUrl,
    log,
    pauses: { first: 1, longest: 20 },
    ...overrides,
  });
}

const click = (action: string): object => standIn.clickPayload(message, action, ALICE);

/** To get a socket's address from Slack. */
const attempts = (): number => standIn.calls.filter(({ method }) => method === 'apps.connections.open').length;
const told = (): string[] => standIn.room.ephemerals.map(({ user, text }) => `${user}: ${text}`);

describe('a click that comes by socket', () => {
  beforeEach(() => socket.open());

  it('becomes the decision of the person whom Slack names', async () => {
    await sockets.deliver(click(APPROVE_ACTION));
    await socket.settled();
    expect(decisions).toMatchObject([
      { verdict: 'approve', bindingDigest: DIGEST, person: { id: 'slack:U0ALICE', name: 'alice' } },
    ]);
    expect(told()).toEqual(['U0ALICE: noted 1']);
  });

  it('to reject asks for the reason first', async () => {
    await sockets.deliver(click(REJECT_ACTION));
    await socket.settled();
    expect(decisions).toEqual([]);
    expect(standIn.room.views).toHaveLength(1);
  });

  it('is acknowledged before it is decided', async () => {
    let decide: (words: string) => void = () => undefined;
    const slow = socketWith({ decide: () => new Promise((resolve) => (decide = resolve)) });
    await slow.open();
    await sockets.deliver(click(APPROVE_ACTION));
    expect(told()).toEqual([]);
    decide('at last');
    await slow.settled();
    expect(told()).toEqual(['U0ALICE: at last']);
    await slow.close();
  });

  it.each<[string, unknown]>([
    ['of another workspace', { team: { id: 'T0OTHER' } }],
    ['of another app', { api_app_id: 'A0OTHER' }],
    ['of a bot', { user: { id: 'USLACKBOT', name: 'slackbot' } }],
    ['of nobody', { user: null }],
    ['with a button that is not ours', { actions: [{ action_id: APPROVE_ACTION, value: 'forged' }] }],
  ])('%s is neither acknowledged nor decided', async (_, change) => {
    const refused = sockets.send({ ...click(APPROVE_ACTION), ...(change as object) });
    // In order on one connection: when this one is through, the other has been looked at.
    await sockets.deliver(click(APPROVE_ACTION));
    await socket.settled();
    expect(sockets.acknowledged).not.toContain(refused);
    expect(decisions).toHaveLength(1);
  });

  it.each([null, 'text', [], {}, { type: 'shortcut' }])(
    'that is no interaction (%j) breaks nothing',
    async (payload) => {
      sockets.send(payload);
      await sockets.deliver(click(APPROVE_ACTION));
      await socket.settled();
      expect(decisions).toHaveLength(1);
    },
  );
});

describe('the connection', () => {
  it('is made again when Slack asks for it', async () => {
    await socket.open();
    const again = sockets.nextConnection();
    sockets.refresh();
    await again;
    await sockets.deliver(click(APPROVE_ACTION));
    expect(sockets.connections).toBe(2);
  });

  it('is made again after a cut, once Slack is there', async () => {
    await socket.open();
    const again = sockets.nextConnection();
    standIn.troubles.push(
      { kind: 'status', status: 503 },
      { kind: 'rate-limited', retryAfterS: 1 },
      { kind: 'refused', error: 'internal_error' },
      { kind: 'lost' },
    );
    sockets.cut();
    await again;
    await sockets.deliver(click(APPROVE_ACTION));
    expect(standIn.troubles).toEqual([]);
  });

  it.each([
    ['invalid_auth', 'the app-level token is not valid'],
    ['not_allowed_token_type', 'that is no app-level token'],
    ['missing_scope', 'give the app-level token the scope connections:write'],
  ])('that Slack refuses at the start (%s) is told', async (error, words) => {
    standIn.troubles.push({ kind: 'refused', error });
    await expect(socket.open()).rejects.toThrow(words);
  });

  it('is not made again once it is closed, also while Slack is away', async () => {
    await socket.open();
    standIn.down = true;
    sockets.cut();
    await until('two attempts in vain', () => attempts() >= 3);
    await socket.close();
    expect(sockets.connections).toBe(1);
  });
});
