/** The HTTP server that Slack's buttons reach. Whoever cannot prove to be Slack learns nothing from it but a status code. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Person } from '../contract';
import { answer } from './answer';
import type { Decide, SlackDecision } from './decide';
import { parseInteraction, type Intent, type Origin } from './interaction';
import { reasonView, type View } from './reason-view';
import { isSignedBySlack } from './signature';

export interface SlackServerOptions {
  signingSecret: string;
  /** Workspace and app that may send; without them the secret, which belongs to one app, is the whole proof. */
  expectedTeam?: string | undefined;
  expectedApp?: string | undefined;
  decide: Decide;
  openView: (triggerId: string, view: View) => Promise<void>;
  /** Where a `response_url` may lead besides Slack itself: a proxy's or a stand-in's Web API. */
  apiUrl?: string | undefined;
  log: Logger;
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
  const receiver = new Receiver(options);
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void receiver.handle(request, response),
  );
  return Object.assign(server, { settled: () => receiver.settled() });
}

class Receiver {
  private readonly work = new Set<Promise<void>>();
  /** Decisions under way, so that a double click waits for the first instead of asking twice. */
  private readonly deciding = new Map<string, Promise<string>>();

  constructor(private readonly options: SlackServerOptions) {}

  async settled(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work);
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
    const interaction = parseInteraction(body);
    if (!interaction) return end(response, 400);
    const { origin, intent } = interaction;
    if (!origin.person || !this.isExpected(origin)) {
      log.warn(
        { teams: origin.teams, app: origin.app, isPerson: origin.person !== null },
        'refused an interaction that is signed but not ours',
      );
      return end(response, 401);
    }
    const retry = request.headers['x-slack-retry-num'];
    if (retry !== undefined) log.info({ retry }, 'Slack sends an interaction again');
    this.acknowledge(response, intent, origin.person);
  }

  /** Slack waits three seconds and shows an error after that; so it is answered first, whatever the work takes. */
  private acknowledge(response: ServerResponse, intent: Intent, person: Person): void {
    // Also for a sender that has hung up already: its click counts, only its ack is lost.
    const acknowledged = new Promise<void>((resolve) =>
      response.destroyed ? resolve() : response.once('close', resolve),
    );
    end(response, 200);
    const work: Promise<void> = acknowledged
      .then(() => this.act(intent, person))
      .catch(() => this.options.log.error({ intent: intent.kind }, 'an interaction failed'))
      .finally(() => this.work.delete(work));
    this.work.add(work);
  }

  private async act(intent: Intent, person: Person): Promise<void> {
    if (intent.kind === 'none') return;
    const { value, responseUrl } = intent;
    if (intent.kind === 'ask-reason') return this.askReason(intent);
    const reason = intent.kind === 'reject' ? intent.reason : null;
    const told = await this.decideOnce({ ...value, person, verdict: intent.kind, reason });
    await answer(responseUrl, told, this.options);
  }

  private async askReason({ triggerId, value, responseUrl }: Extract<Intent, { kind: 'ask-reason' }>): Promise<void> {
    try {
      await this.options.openView(triggerId, reasonView(value, responseUrl));
    } catch {
      const command = `lockkeeper reject ${value.deploymentId}`;
      await answer(
        responseUrl,
        `Slack did not open the dialog, and nothing was decided. Click again, or run "${command}".`,
        this.options,
      );
    }
  }

  private decideOnce(decision: SlackDecision): Promise<string> {
    const key = JSON.stringify([decision.deploymentId, decision.bindingDigest, decision.person.id, decision.verdict]);
    const running = this.deciding.get(key);
    if (running) return running;
    const { decide, log } = this.options;
    const started = decide(decision)
      .catch((error: unknown) => {
        log.error(
          { deploymentId: decision.deploymentId, error: error instanceof Error ? error.name : 'unknown' },
          'a decision failed',
        );
        return `Lockkeeper could not pass on your decision. Click again, or run "lockkeeper ${decision.verdict} ${decision.deploymentId}".`;
      })
      .finally(() => this.deciding.delete(key));
    this.deciding.set(key, started);
    return started;
  }

  private isExpected({ teams, app }: Origin): boolean {
    const { expectedTeam, expectedApp } = this.options;
    const teamFits = expectedTeam === undefined || (teams.length > 0 && teams.every((team) => team === expectedTeam));
    return teamFits && (expectedApp === undefined || app === expectedApp);
  }
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
