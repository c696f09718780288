/** Slack: one living message a deployment, and notes in its thread. */
import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { DeploymentStatus } from '../contract';
import { SlackApi, SlackCallError, type SlackApiOptions } from './slack/api';
import { LIMITS } from './slack/blocks';
import { renderDeployment, type RenderedMessage } from './slack/render';
import { escaped } from './slack/text';

/** Where a deployment's message is. */
export interface SlackMessageRef {
  channel: string;
  ts: string;
}

export interface NoteOptions {
  /** Shows the note in the channel too, where it interrupts: for a failure or a rollback, nothing else. */
  broadcast?: boolean;
}

export interface Slack {
  /**
   * Posts a deployment's message, or brings the existing one up to date.
   * @throws SlackCallError within some 12 s when Slack is down, slow or limits the rate.
   */
  announce(status: DeploymentStatus, existing: SlackMessageRef | null, uiUrl: string): Promise<SlackMessageRef>;
  /**
   * Replies in the thread of a deployment's message; `text` is escaped here.
   * @throws SlackCallError as `announce` does.
   */
  note(ref: SlackMessageRef, text: string, options?: NoteOptions): Promise<void>;
  /**
   * Those of the members who cannot click a button, each with the reason that follows the id in a sentence.
   * @throws SlackCallError as `announce` does, and where the app may not look (scope `users:read`).
   */
  absent(members: string[]): Promise<{ id: string; why: string }[]>;
}

export interface SlackOptions extends SlackApiOptions {
  /** Name (`#database`) or id (`C024BE91L`); only with an id can a retry find a message whose receipt was lost. */
  channel: string;
  log: Logger;
}

const EVENT_TYPE = 'lockkeeper_deployment';
const CHANNEL_ID = /^[CGD][A-Z0-9]{8,}$/;
/** Slack's own ceiling for apps with the smallest quota. */
const LOOK_BACK = 15;

export function createSlack(options: SlackOptions): Slack {
  const api = new SlackApi(options);
  return {
    async announce(status, existing, uiUrl) {
      const { deploymentId } = status.input;
      const message = renderDeployment(status, uiUrl);
      const known = existing ?? (await api.call('conversations.history', () => findPosted(api, options, deploymentId)));
      if (known && (await update(api, known, message))) return known;
      return post(api, options, deploymentId, message);
    },
    async note(ref, text, { broadcast = false } = {}) {
      const reply = {
        channel: ref.channel,
        thread_ts: ref.ts,
        reply_broadcast: broadcast,
        text: escaped(text, LIMITS.section),
      };
      await api.call('chat.postMessage', (web) => web.chat.postMessage(reply));
    },
    async absent(members) {
      const whys = await Promise.all(members.map((member) => whyAbsent(api, member)));
      return members.flatMap((id, place) => {
        const why = whys[place] ?? null;
        return why === null ? [] : [{ id, why }];
      });
    },
  };
}

const UNKNOWN_MEMBER = new Set(['user_not_found', 'user_not_visible', 'users_not_found']);

async function whyAbsent(api: SlackApi, member: string): Promise<string | null> {
  try {
    const { user } = await api.call('users.info', (web) => web.users.info({ user: member }));
    if (user?.deleted) return 'is deactivated in Slack';
    return user?.is_bot ? 'is a bot' : null;
  } catch (error) {
    if (error instanceof SlackCallError && UNKNOWN_MEMBER.has(error.code)) return 'is no member of this Slack';
    throw error;
  }
}

/** False when the message is gone: somebody deleted it, and a deployment should still have one. */
async function update(api: SlackApi, ref: SlackMessageRef, message: RenderedMessage): Promise<boolean> {
  try {
    await api.call('chat.update', (web) => web.chat.update({ ...ref, ...message }));
    return true;
  } catch (error) {
    if (error instanceof SlackCallError && error.code === 'message_not_found') return false;
    throw error;
  }
}

/**
 * Slack takes no idempotency key for a post, and an answer may be lost after the post was made. So the deployment's id
 * goes with it as metadata, and whoever posts again looks for it first. Where the app may not read the channel's history
 * (scope `channels:history`) a lost answer can leave a second message: its buttons do the same, and decide once.
 */
function post(
  api: SlackApi,
  options: SlackOptions,
  deploymentId: string,
  message: RenderedMessage,
): Promise<SlackMessageRef> {
  const metadata = { event_type: EVENT_TYPE, event_payload: { deployment_id: deploymentId } };
  const body = { channel: options.channel, ...message, metadata, unfurl_links: false, unfurl_media: false };
  return api.call('chat.postMessage', async (web, attempt) => {
    const earlier = attempt === 1 ? null : await findPosted(api, options, deploymentId);
    return earlier ?? sent(await web.chat.postMessage(body));
  });
}

async function findPosted(
  api: SlackApi,
  { channel, log }: SlackOptions,
  deploymentId: string,
): Promise<SlackMessageRef | null> {
  if (!CHANNEL_ID.test(channel)) return null;
  try {
    const history = await api.once('conversations.history', (web) =>
      web.conversations.history({ channel, include_all_metadata: true, limit: LOOK_BACK }),
    );
    const found = history.messages?.find(({ metadata }) => isOf(metadata, deploymentId));
    return found?.ts === undefined ? null : { channel, ts: found.ts };
  } catch (error) {
    // Slack answered that this app may not look; anything else is Slack being down, which the post would meet too.
    if (!(error instanceof SlackCallError) || error.transient) throw error;
    log.debug({ code: error.code }, 'cannot look for an earlier Slack message');
    return null;
  }
}

function isOf(metadata: { event_type?: string; event_payload?: unknown } | undefined, deploymentId: string): boolean {
  if (metadata?.event_type !== EVENT_TYPE) return false;
  return (metadata.event_payload as { deployment_id?: unknown } | undefined)?.deployment_id === deploymentId;
}

function sent({ channel, ts }: Awaited<ReturnType<WebClient['chat']['postMessage']>>): SlackMessageRef {
  if (channel === undefined || ts === undefined)
    throw new SlackCallError('chat.postMessage', 'no_message_in_answer', false);
  return { channel, ts };
}
