/** Calls to Slack's Web API that end soon, whatever Slack does, and whose errors are fit for a log and a history. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type Logger,
  type WebClientOptions,
} from '@slack/web-api';

export interface SlackApiOptions {
  token: string;
  /** Slack's own unless a proxy or a stand-in is used. */
  apiUrl?: string | undefined;
}

const ATTEMPTS = 3;
/** No attempt starts later than this; with the last one's own timeout a call ends within 12 s. */
const BUDGET_MS = 9_000;
const REQUEST_TIMEOUT_MS = 3_000;
const FIRST_PAUSE_MS = 500;

/** Thrown when Slack did not do what was asked. Made of known words only: no token, no request, no cause. */
export class SlackCallError extends Error {
  override readonly name = 'SlackCallError';
  constructor(
    method: string,
    /** Slack's error code (`channel_not_found`), or `rate_limited`, `http_503`, `unreachable`. */
    readonly code: string,
    readonly transient: boolean,
    readonly retryAfterMs: number | null = null,
  ) {
    const wait = retryAfterMs === null ? '' : `, asked to wait ${retryAfterMs / 1000} s`;
    const hint = code === 'missing_scope' ? missingScope(method) : hintFor(method, code);
    super(`Slack refused ${method}: ${code}${wait}${hint ? `; ${hint}` : ''}.`);
  }
}

/** The only call that an app-level token makes; every other is the bot token's. */
export const OPEN_SOCKET = 'apps.connections.open';

function hintFor(method: string, code: string): string | undefined {
  const token = method === OPEN_SOCKET ? 'app-level token' : 'bot token';
  const hints: Record<string, string | undefined> = {
    invalid_auth: `the ${token} is not valid`,
    not_authed: `the ${token} is not valid`,
    not_allowed_token_type: `that is no ${token}`,
    token_revoked: `the ${token} was revoked`,
    channel_not_found: 'check slack.channel, and invite the app to it if it is private',
    not_in_channel: 'invite the app to the channel',
  };
  return hints[code];
}

function missingScope(method: string): string {
  if (method === OPEN_SOCKET) return 'give the app-level token the scope connections:write';
  const scope = method === 'users.info' ? 'users:read' : 'chat:write';
  return `add the scope ${scope} to the app and install it again`;
}

const PASSING_CODES = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
]);

/**
 * The library's own retries are off. They wait out any Retry-After, minutes included, with every other call behind it,
 * and a deployment has better things to do than to hold an activity for a message.
 */
export function webOptions(apiUrl: string | undefined): WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: REQUEST_TIMEOUT_MS,
  };
}

export class SlackApi {
  private readonly web: WebClient;

  constructor({ token, apiUrl }: SlackApiOptions) {
    this.web = new WebClient(token.trim(), { ...webOptions(apiUrl), logger: SILENT });
  }

  /**
   * Calls Slack, at most three times within about ten seconds. Retry-After is obeyed where it fits in that time; where
   * it does not, the call fails at once and the next update of the message will say all that this one would have said.
   * @throws SlackCallError
   */
  async call<T>(method: string, send: (web: WebClient, attempt: number) => Promise<T>): Promise<T> {
    const deadline = Date.now() + BUDGET_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(method, (web) => send(web, attempt));
      } catch (error) {
        if (!(error instanceof SlackCallError)) throw error;
        const pause = error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1);
        if (!error.transient || attempt === ATTEMPTS || Date.now() + pause > deadline) throw error;
        await sleep(pause);
      }
    }
  }

  /** One attempt. @throws SlackCallError */
  async once<T>(method: string, send: (web: WebClient) => Promise<T>): Promise<T> {
    try {
      return await send(this.web);
    } catch (error) {
      throw error instanceof SlackCallError ? error : slackCallError(method, error);
    }
  }
}

/** Of what the library threw. */
export function slackCallError(method: string, error: unknown): SlackCallError {
  if (error instanceof WebAPIRateLimitedError)
    return new SlackCallError(method, 'rate_limited', true, error.retryAfter * 1000);
  if (error instanceof WebAPIHTTPError)
    return new SlackCallError(method, `http_${error.statusCode}`, error.statusCode >= 500);
  if (error instanceof WebAPIPlatformError)
    return new SlackCallError(method, error.data.error, PASSING_CODES.has(error.data.error));
  // Its message may quote a header, and with it the token: only the kind is kept.
  return new SlackCallError(method, 'unreachable', error instanceof WebAPIRequestError);
}

/** What goes wrong is thrown, so there is nothing left to log; and the library's log lines may quote a header. */
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => 'error' as ReturnType<Logger['getLevel']>,
  setName: () => undefined,
};
