import { pino } from 'pino';
import { createSlack, type Slack } from '../../src/adapters/slack';
import { SlackApi, SlackCallError } from '../../src/adapters/slack/api';
import { slackApprovers } from '../../src/activities/slack-approvers';
import { SlackStandIn } from '../../src/demo/slack-stand-in';
import { approvedBy, UI_URL, waiting } from './deployment';

const TOKEN = 'xoxb-canary-7d1f';
const log = pino({ level: 'silent' });

const PEOPLE = [
  { id: 'U0ALICE', name: 'alice' },
  { id: 'U0BOB', name: 'bob', deleted: true },
  { id: 'U0BOT', name: 'deploybot', is_bot: true },
];

let standIn: SlackStandIn;
let slack: Slack;

beforeEach(async () => {
  standIn = await SlackStandIn.start({ signingSecret: 'unused', people: PEOPLE });
  slack = adapter('C0LOCKKEEPER');
});
afterEach(() => standIn.close());

function adapter(channel: string, token = TOKEN): Slack {
  return createSlack({ token, channel, apiUrl: standIn.apiUrl, log });
}

const methods = (): string[] => standIn.calls.map(({ method }) => method);

async function failure(attempt: Promise<unknown>): Promise<SlackCallError> {
  const error: unknown = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SlackCallError);
  return error as SlackCallError;
}

describe('the message of a deployment', () => {
  it('is posted once and then brought up to date', async () => {
    const ref = await slack.announce(waiting(), null, UI_URL);
    const again = await slack.announce(waiting({ audit: [approvedBy('slack:U0ALICE', 'alice')] }), ref, UI_URL);
    expect(again).toEqual(ref);
    expect(standIn.room.messages).toHaveLength(1);
    expect(JSON.stringify(standIn.room.message(ref.ts)?.blocks)).toContain('1 of 2');
  });

  it('is found again by an activity that was retried without its receipt', async () => {
    const ref = await slack.announce(waiting(), null, UI_URL);
    expect(await slack.announce(waiting(), null, UI_URL)).toEqual(ref);
    expect(standIn.room.messages).toHaveLength(1);
  });

  it('is not posted twice when the answer to the post is lost', async () => {
    standIn.troubles.push({ kind: 'slow', ms: 0 }, { kind: 'lost' });
    const ref = await slack.announce(waiting(), null, UI_URL);
    expect(standIn.room.messages.map(({ ts }) => ts)).toEqual([ref.ts]);
  });

  it('is posted where the app may not read the history, or knows the channel by name', async () => {
    standIn.troubles.push({ kind: 'refused', error: 'missing_scope' });
    await slack.announce(waiting(), null, UI_URL);
    await adapter('#broxiva-database').announce(waiting(), null, UI_URL);
    expect(standIn.room.messages).toHaveLength(2);
    expect(methods()).toEqual(['conversations.history', 'chat.postMessage', 'chat.postMessage']);
  });

  it('is posted anew when somebody deleted it', async () => {
    const ref = await slack.announce(waiting(), null, UI_URL);
    standIn.room.messages.length = 0;
    const next = await slack.announce(waiting(), ref, UI_URL);
    expect(next.ts).not.toBe(ref.ts);
    expect(standIn.room.messages).toHaveLength(1);
  });

  it('has notes in its thread, escaped, and in the channel only if asked', async () => {
    const ref = await slack.announce(waiting(), null, UI_URL);
    await slack.note(ref, 'took a backup <!here>');
    await slack.note(ref, 'rolled back', { broadcast: true });
    const [first, second] = standIn.room.replies(ref.ts);
    expect(first).toMatchObject({ text: 'took a backup &lt;!here&gt;', broadcast: false });
    expect(second).toMatchObject({ text: 'rolled back', broadcast: true });
  });
});

describe('Slack in trouble (fault 31)', () => {
  it('obeys Retry-After', async () => {
    const ref = await slack.announce(waiting(), null, UI_URL);
    standIn.troubles.push({ kind: 'rate-limited', retryAfterS: 1 });
    await slack.note(ref, 'later');
    const [refused, accepted] = standIn.calls.slice(-2);
    expect((accepted?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('does not wait out a long Retry-After', async () => {
    const ref = await slack.announce(waiting(), null, UI_URL);
    standIn.troubles.push({ kind: 'rate-limited', retryAfterS: 120 });
    const error = await failure(slack.note(ref, 'never'));
    expect(error).toMatchObject({ code: 'rate_limited', transient: true, retryAfterMs: 120_000 });
    expect(standIn.calls.filter(({ method }) => method === 'chat.postMessage')).toHaveLength(2);
  });

  it('gives up after three attempts when Slack is down', async () => {
    standIn.down = true;
    const error = await failure(slack.note({ channel: 'C0LOCKKEEPER', ts: '1.1' }, 'hello'));
    expect(error).toMatchObject({ code: 'http_503', transient: true });
    expect(standIn.calls).toHaveLength(3);
  });

  it('says what to do about a refusal, and does not repeat it', async () => {
    standIn.troubles.push({ kind: 'refused', error: 'not_in_channel' });
    const error = await failure(slack.note({ channel: 'C0LOCKKEEPER', ts: '1.1' }, 'hello'));
    expect(error.message).toBe('Slack refused chat.postMessage: not_in_channel; invite the app to the channel.');
    expect(standIn.calls).toHaveLength(1);
  });

  it.each([
    ['nothing listens', 'http://127.0.0.1:9/api/', TOKEN],
    ['the token cannot be sent', 'http://127.0.0.1:9/api/', `${TOKEN}\nx`],
  ])('keeps the token out of the error when %s (fault 49)', async (_, apiUrl, token) => {
    const api = new SlackApi({ token, apiUrl });
    const error = await failure(api.once('auth.test', (web) => web.auth.test()));
    expect(error.code).toBe('unreachable');
    expect(JSON.stringify([error.message, error.stack, error.cause, error])).not.toContain('canary');
  });
});

describe('the approvers', () => {
  const asked = (...approvers: string[]) => slackApprovers({ slack }, { required: 1, approvers });

  it('are told apart by whether they can click', async () => {
    expect(await asked('slack:U0ALICE', 'cli:carol', 'slack:U0BOB', 'slack:U0BOT', 'slack:U0NOBODY')).toEqual({
      unknown: null,
      absent: [
        { id: 'slack:U0BOB', why: 'is deactivated in Slack' },
        { id: 'slack:U0BOT', why: 'is a bot' },
        { id: 'slack:U0NOBODY', why: 'is no member of this Slack' },
      ],
    });
  });

  it('are not asked about where none is of Slack, or none is needed', async () => {
    expect(await asked('cli:carol')).toBeNull();
    expect(await slackApprovers({ slack }, { required: 0, approvers: ['slack:U0ALICE'] })).toBeNull();
    expect(methods()).toEqual([]);
  });

  it('are in doubt where the worker has no Slack, the app may not look, or Slack is down', async () => {
    expect(await slackApprovers({ slack: null }, { required: 1, approvers: ['slack:U0ALICE'] })).toEqual({
      unknown: 'the worker has no Slack.',
      absent: [],
    });
    standIn.troubles.push({ kind: 'refused', error: 'missing_scope' });
    expect(await asked('slack:U0ALICE')).toEqual({
      unknown: 'Slack refused users.info: missing_scope; add the scope users:read to the app and install it again.',
      absent: [],
    });
    standIn.down = true;
    expect((await asked('slack:U0ALICE'))?.unknown).toMatch(/^Slack refused users\.info: http_503\.$/);
  });
});
