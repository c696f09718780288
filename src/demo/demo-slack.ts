/** The demo's Slack: the stand-in, the real receiver, and an approver who clicks when nobody sits at the page. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstFreePort } from '../local';
import { runSlackServer } from '../slack-server';
import type { Config } from '../config';
import type { DeploymentStatus } from '../contract';
import { APPROVE_ACTION } from '../adapters/slack/decision-value';
import { SlackStandIn } from './slack-stand-in';

const PEOPLE = [
  { id: 'U0NINA', name: 'nina' },
  { id: 'U0OMAR', name: 'omar' },
];

export interface DemoSlack {
  /** Section `slack` of lockkeeper.yaml. */
  settings: Record<string, unknown>;
  startReceiver(config: Config): Promise<void>;
  /** Waits for a person at the page, or clicks for her. */
  decide(status: DeploymentStatus): Promise<void>;
  close(): Promise<void>;
}

export async function openSlack(say: (line: string) => void): Promise<DemoSlack> {
  const signingSecret = randomBytes(16).toString('hex');
  const standIn = await SlackStandIn.start({ signingSecret, people: PEOPLE });
  const port = await firstFreePort(3040);
  standIn.receiverUrl = `http://127.0.0.1:${port}/slack/interactions`;
  process.env['SLACK_BOT_TOKEN'] = `xoxb-demo-${randomBytes(8).toString('hex')}`;
  process.env['SLACK_SIGNING_SECRET'] = signingSecret;
  say(`Slack page   ${standIn.url}`);
  return {
    settings: { channel: 'C0LOCKKEEPER', apiUrl: standIn.apiUrl, mode: 'http', port },
    async startReceiver(config) {
      void runSlackServer(config);
      for (;;) {
        const healthy = await fetch(`http://127.0.0.1:${port}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        );
        if (healthy) return;
        await sleep(50);
      }
    },
    async decide(status) {
      if (process.stdin.isTTY && process.stdout.isTTY) {
        say(`Waiting for a click at ${standIn.url}`);
        return;
      }
      await clickApprove(standIn, status, say);
    },
    close: () => standIn.close(),
  };
}

/** The message shows its buttons a moment after the workflow asks. */
async function clickApprove(
  standIn: SlackStandIn,
  { input }: DeploymentStatus,
  say: (line: string) => void,
): Promise<void> {
  const [nina = { id: 'U0NINA', name: 'nina' }] = PEOPLE;
  for (;;) {
    const message = standIn.room.messages.find(
      ({ blocks }) =>
        JSON.stringify(blocks).includes(input.deploymentId) && blocks.some(({ type }) => type === 'actions'),
    );
    if (message) {
      say(`${nina.name} clicks Approve in Slack`);
      await standIn.click(message, APPROVE_ACTION, nina);
      return;
    }
    await sleep(100);
  }
}
