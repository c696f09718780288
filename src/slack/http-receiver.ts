/** The HTTP server that Slack's buttons reach. Whoever cannot prove to be Slack learns nothing from it but a status code. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Clicks, type ClicksOptions } from './clicks';
import { interactionOfForm } from './interaction';
import { isSignedBySlack } from './signature';

export interface SlackServerOptions extends ClicksOptions {
  signingSecret: string;
  now?: () => number;
}

export interface SlackServer extends Server {
  /** Resolves when every click that was acknowledged has been worked off. */
  settled(): Promise<void>;
}

const PATH = '/slack/interactions';
const MAX_BODY = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

export function createSlackServer(options: SlackServerOptions): SlackServer {
  const receiver = new HttpReceiver(options);
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void receiver.handle(request, response),
  );
  return Object.assign(server, { settled: () => receiver.clicks.settled() });
}

class HttpReceiver {
  readonly clicks: Clicks;

  constructor(private readonly options: SlackServerOptions) {
    this.clicks = new Clicks(options);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0];
    if (request.method === 'GET' && path === '/healthz') return end(response, 200, 'ok');
    if (request.method !== 'POST' || path !== PATH) return end(response, 404);
    try {
      await this.interaction(request, response);
    } catch {
      // The sender went away in mid-body.
      response.destroy();
    }
  }

  private async interaction(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { signingSecret, now = Date.now, log } = this.options;
    const body = await readBody(request);
    if (!body) return end(response, 413);
    if (!isSignedBySlack(request.headers, body, signingSecret, now())) return end(response, 401);
    const interaction = interactionOfForm(body);
    if (!interaction) return end(response, 400);
    const retry = request.headers['x-slack-retry-num'];
    if (retry !== undefined) log.info({ retry }, 'Slack sends an interaction again');
    if (!this.clicks.take(interaction, () => acknowledge(response))) end(response, 401);
  }
}

/** Resolves also for a sender that has hung up already. */
async function acknowledge(response: ServerResponse): Promise<void> {
  const closed = response.destroyed ? undefined : once(response, 'close');
  end(response, 200);
  await closed;
}

/** The raw bytes, which the signature is over; null when there are too many, with the rest read and dropped so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return size > MAX_BODY ? null : Buffer.concat(chunks);
}

function end(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
}
