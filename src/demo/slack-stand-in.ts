/**
 * A stand-in for Slack on this machine: its Web API over HTTP, a page that shows the channel with working buttons, and
 * truly signed requests to the app behind them. The demo and the tests use it; nothing else does.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { page, roomHtml, textHtml } from './slack-page';
import { clickPayload, signed, submissionPayload, type SignedRequest, type SlackUser } from './slack-requests';
import { SlackRoom, type Button, type OpenView, type RoomMessage } from './slack-room';

export interface StandInOptions {
  signingSecret: string;
  /** Who the page can act as. */
  people: SlackUser[];
  channelName?: string;
  port?: number;
}

/** What goes wrong with the next call of the Web API. `lost`: the work is done, the answer never arrives. */
export type Trouble =
  | { kind: 'rate-limited'; retryAfterS: number }
  | { kind: 'status'; status: number }
  | { kind: 'lost' }
  | { kind: 'slow'; ms: number }
  | { kind: 'refused'; error: string };

export interface ApiCall {
  method: string;
  args: Record<string, unknown>;
  at: number;
}

const HOST = '127.0.0.1';

export class SlackStandIn {
  readonly room: SlackRoom;
  readonly calls: ApiCall[] = [];
  /** Consumed one a call. */
  readonly troubles: Trouble[] = [];
  /** Methods that are always refused, and with which error. */
  readonly refusals = new Map<string, string>();
  /** Every call fails with 503. */
  down = false;
  /** The app's interactions URL, as one would enter it at api.slack.com. */
  receiverUrl = '';
  /** Where an app that uses Socket Mode is sent. */
  socketUrl = '';
  private clicks = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: StandInOptions,
  ) {
    const members = options.people.map(({ id, name, ...user }): [string, object] => [id, { name, ...user }]);
    this.room = new SlackRoom({ team: 'T0STANDIN', app: 'A0STANDIN' }, new Map(members));
    server.on('request', (request, response) => void this.serve(request, response).catch(() => response.destroy()));
  }

  static async start(options: StandInOptions): Promise<SlackStandIn> {
    const server = createServer();
    const standIn = new SlackStandIn(server, options);
    await once(server.listen(options.port ?? 0, HOST), 'listening');
    return standIn;
  }

  get url(): string {
    return `http://${HOST}:${(this.server.address() as AddressInfo).port}`;
  }

  get apiUrl(): string {
    return `${this.url}/api/`;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** What a click tells the app. */
  clickPayload(message: RoomMessage, actionId: string, user: SlackUser): object {
    this.clicks += 1;
    const responseUrl = `${this.url}/response/${message.ts}/${user.id}/${this.clicks}`;
    const button = { actionId, value: buttonOf(message, actionId).value };
    return clickPayload(this.room.identity, user, button, `trigger-${this.clicks}-${user.id}`, responseUrl);
  }

  /** The signed request that a click makes; `send` delivers it. */
  clickRequest(message: RoomMessage, actionId: string, user: SlackUser, at?: Date): SignedRequest {
    return signed(this.clickPayload(message, actionId, user), this.options.signingSecret, at);
  }

  /** Clicks a button; resolves to the status of the app's ack. */
  async click(message: RoomMessage, actionId: string, user: SlackUser): Promise<number> {
    return this.send(this.clickRequest(message, actionId, user));
  }

  /** Submits an open modal with one reason; resolves to the status of the app's ack. */
  async submitReason({ view }: OpenView, reason: string, user: SlackUser): Promise<number> {
    const values = { reason: { text: { type: 'plain_text_input', value: reason } } };
    return this.send(signed(submissionPayload(this.room.identity, user, view, values), this.options.signingSecret));
  }

  async send({ headers, body }: SignedRequest): Promise<number> {
    const response = await fetch(this.receiverUrl, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, first = '', ...rest] = new URL(request.url ?? '/', this.url).pathname.split('/');
    const body = await read(request);
    if (request.method === 'POST' && first === 'api') return this.api(rest.join('/'), request, body, response);
    if (request.method === 'POST' && first === 'response') return this.receiveAnswer(rest, body, response);
    if (request.method === 'POST' && first === 'act') return this.act(request, body, response);
    if (request.method === 'GET' && first === 'room')
      return json(response, { html: this.html(), view: this.newestView() });
    if (request.method === 'GET' && first === '')
      return send(response, 200, 'text/html', page(this.channelName(), this.options.people, this.html()));
    return send(response, 404, 'text/plain', '');
  }

  private async api(method: string, request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const args = argumentsOf(request, body);
    this.calls.push({ method, args, at: Date.now() });
    const refusal = this.refusals.get(method);
    if (refusal !== undefined) return json(response, { ok: false, error: refusal });
    const trouble = this.down ? ({ kind: 'status', status: 503 } as const) : this.troubles.shift();
    if (trouble?.kind === 'rate-limited') {
      response.setHeader('retry-after', trouble.retryAfterS);
      return send(response, 429, 'text/plain', '');
    }
    if (trouble?.kind === 'status') return send(response, trouble.status, 'text/plain', '');
    if (trouble?.kind === 'refused') return json(response, { ok: false, error: trouble.error });
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? ''))
      return json(response, { ok: false, error: 'not_authed' });
    const answer =
      method === 'apps.connections.open' ? { ok: true, url: this.socketUrl } : this.room.method(method, args);
    if (trouble?.kind === 'lost') return void response.destroy();
    if (trouble?.kind === 'slow') await sleep(trouble.ms);
    return json(response, answer);
  }

  private receiveAnswer([ts = '', user = '']: string[], body: string, response: ServerResponse): void {
    const { text } = JSON.parse(body) as { text: string };
    this.room.ephemerals.push({ ts, user, text });
    send(response, 200, 'text/plain', 'ok');
  }

  /** The page's own buttons. A JSON body makes browsers ask first, so that no other site can click here. */
  private async act(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    if (request.headers['content-type'] !== 'application/json') return send(response, 415, 'text/plain', '');
    const action = JSON.parse(body) as {
      ts?: string;
      actionId?: string;
      viewId?: string;
      reason?: string;
      user: string;
    };
    const user = this.options.people.find(({ id }) => id === action.user);
    const message = this.room.message(action.ts ?? '');
    const view = this.room.views.find(({ id }) => id === action.viewId);
    if (!user || !(message ?? view)) return send(response, 404, 'text/plain', '');
    const ack = message
      ? this.click(message, action.actionId ?? '', user)
      : this.submitReason(view as OpenView, action.reason ?? '', user);
    return json(response, { status: await ack.catch(() => 0) });
  }

  private html(): string {
    return roomHtml(this.room, this.options.people);
  }

  private newestView(): object | null {
    const open = this.room.views.at(-1);
    if (!open) return null;
    const { title, submit, blocks } = open.view;
    const intro = blocks.flatMap(({ type, text }) =>
      type === 'section' && text ? [textHtml(text, this.options.people)] : [],
    );
    return { id: open.id, title: title.text, submit: submit.text, html: intro.join('') };
  }

  private channelName(): string {
    return this.options.channelName ?? 'broxiva-database';
  }
}

export function buttonOf(message: RoomMessage, actionId: string): Button {
  const elements = message.blocks.flatMap((block) => block.elements ?? []);
  const button = elements.find(
    (element): element is Button => element.type === 'button' && element.action_id === actionId,
  );
  if (!button) throw new Error(`The message has no button ${actionId}.`);
  return button;
}

/** Slack's client sends forms whose objects are JSON in a string. */
function argumentsOf(request: IncomingMessage, body: string): Record<string, unknown> {
  if (request.headers['content-type']?.startsWith('application/json'))
    return JSON.parse(body) as Record<string, unknown>;
  const entries = [...new URLSearchParams(body)].map(
    ([name, value]) => [name, /^[[{]/.test(value) && name !== 'text' ? JSON.parse(value) : value] as const,
  );
  return Object.fromEntries(entries);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, value: object): void {
  send(response, 200, 'application/json', JSON.stringify(value));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body);
}
