/** What one person is told after a click, through the `response_url` that came with it. */
import type { Logger } from 'pino';
import { escaped } from '../adapters/slack/text';

const SLACK_HOSTS = new Set(['slack.com', 'hooks.slack.com']);
const TIMEOUT_MS = 5_000;
const MAX_TEXT = 3000;

/** Only Slack is called back: a URL from a request must not become a way into the network that this server stands in. */
export function mayAnswer(url: string, apiUrl?: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol, host } = new URL(url);
  if (apiUrl !== undefined && origin === new URL(apiUrl).origin) return true;
  return protocol === 'https:' && SLACK_HOSTS.has(host);
}

/** Never rejects: the decision is made, and the channel's message shows it whether or not this arrives. */
export async function answer(
  url: string,
  text: string,
  options: { apiUrl?: string | undefined; log: Logger },
): Promise<void> {
  if (!mayAnswer(url, options.apiUrl)) {
    options.log.warn('an interaction came without a response_url at Slack; the person was not answered');
    return;
  }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text: escaped(text, MAX_TEXT) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) options.log.warn({ status: response.status }, 'Slack did not take the answer to a click');
  } catch {
    // The URL is a credential for this channel, and fetch may quote it: what failed stays unsaid.
    options.log.warn('the answer to a click did not reach Slack');
  }
}
