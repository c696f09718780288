import { pino } from 'pino';
import { createSlack } from '../../src/adapters/slack';
import { mrkdwn } from '../../src/demo/slack-mrkdwn';
import { SlackStandIn } from '../../src/demo/slack-stand-in';
import { UI_URL, waiting } from './deployment';

const PEOPLE = [{ id: 'U0ALICE', name: 'alice' }];

describe('the page of the stand-in', () => {
  let standIn: SlackStandIn;
  beforeEach(async () => {
    standIn = await SlackStandIn.start({ signingSecret: 's', people: PEOPLE });
  });
  afterEach(() => standIn.close());

  it('shows the message with its buttons and their dialog', async () => {
    const slack = createSlack({
      token: 'xoxb-1',
      channel: 'C0LOCKKEEPER',
      apiUrl: standIn.apiUrl,
      log: pino({ level: 'silent' }),
    });
    await slack.announce(waiting(), null, UI_URL);
    const page = await (await fetch(standIn.url)).text();
    expect(page).toContain('production/main: waiting for approval');
    expect(page).toContain('data-action="lockkeeper_approve" data-confirm="{');
    expect(page).toContain('database broxiva (production/main).');
    expect(page).toContain(`<a href="${UI_URL}"`);
  });

  it('lets no other site click: only JSON is taken, which browsers ask about first', async () => {
    const body = JSON.stringify({ user: 'U0ALICE', ts: '1', actionId: 'x' });
    expect((await fetch(`${standIn.url}/act`, { method: 'POST', body })).status).toBe(415);
  });

  it('refuses what Slack would refuse', async () => {
    const blocks = JSON.stringify([{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }]);
    const response = await fetch(`${standIn.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: 'Bearer x', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ channel: 'C0LOCKKEEPER', blocks }),
    });
    expect(await response.json()).toEqual({ ok: false, error: 'invalid_blocks' });
  });
});

it.each([
  ['*Risk*\nhigh', '<b>Risk</b><br>high'],
  ['`a &lt;b&gt;` _x_', '<code>a &lt;b&gt;</code> <em>x</em>'],
  ['<@U0ALICE>', '<span class="mention">@alice</span>'],
  [
    '<http://x.example/?a=1&amp;b=2|link>',
    '<a href="http://x.example/?a=1&amp;b=2" target="_blank" rel="noreferrer">link</a>',
  ],
  ['<!date^1^{time}|10:00>', '10:00'],
  ['<!channel>', '<span class="ping">@channel</span>'],
  ['<javascript:alert(1)|x>', '&lt;javascript:alert(1)|x&gt;'],
  ['<script>alert("x")</script>', '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;'],
  [':x: :unknown:', '<i class="tile red" title="x">✕</i> :unknown:'],
])('mrkdwn %j becomes %s', (text, expected) => {
  expect(mrkdwn(text, PEOPLE)).toBe(expected);
});
