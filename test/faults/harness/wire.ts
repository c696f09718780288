/**
 * A TCP relay between a worker and PostgreSQL that reads what passes, so that a fault can be injected at a named point of
 * the conversation: before a message reaches the server, or after the server has done it and before the worker hears.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ReplyReader, RequestReader, type Request } from './messages';

export interface WirePoint {
  /** The request's SQL. */
  sql: RegExp;
  /** Of the requests that match, counted from 1. Default: the first. */
  nth?: number;
  /** `before`: the server has not seen it. `after`: the server has answered, and the worker has not heard. */
  when: 'before' | 'after';
}

/** The conversation stands still at the point until one of these. */
export interface Reached {
  goOn(): void;
  /** Both sides see the connection break. */
  cut(): void;
}

interface Watch extends WirePoint {
  seen: number;
  reached: (at: Reached) => void;
}

export class Wire {
  /** Keeps a dead worker's sessions open on the server's side, as a network that swallows the end of a connection does. */
  keepsOrphans = false;
  private watch: Watch | null = null;
  private readonly conversations = new Set<Conversation>();

  private constructor(
    private readonly server: Server,
    /** Of 127.0.0.1. */
    readonly port: number,
  ) {}

  /** @param upstream port of the server on 127.0.0.1. */
  static async listen(upstream: number): Promise<Wire> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const wire = new Wire(server, (server.address() as AddressInfo).port);
    server.on('connection', (worker) => {
      const database = connect(upstream, '127.0.0.1');
      const conversation = new Conversation(worker, database, (request) => wire.hit(request));
      wire.conversations.add(conversation);
      worker.on('close', () => wire.keepsOrphans || database.destroy());
      database.on('close', () => {
        worker.destroy();
        wire.conversations.delete(conversation);
      });
    });
    return wire;
  }

  /** Resolves when a conversation stands at the point. One point at a time. */
  at(point: WirePoint): Promise<Reached> {
    return new Promise((reached) => (this.watch = { ...point, seen: 0, reached }));
  }

  async close(): Promise<void> {
    this.server.close();
    for (const conversation of this.conversations) conversation.cut();
    await once(this.server, 'close');
  }

  private hit({ sql }: Request): Watch | null {
    const { watch } = this;
    if (!watch || sql === null || !watch.sql.test(sql) || ++watch.seen < (watch.nth ?? 1)) return null;
    this.watch = null;
    return watch;
  }
}

class Conversation {
  private readonly requests = new RequestReader();
  private readonly replies = new ReplyReader();
  /** Requests that the server has and has not answered; a watched one's answer is kept back. */
  private readonly unanswered: { request: Request; watch: Watch | null }[] = [];
  /** What waits at a point, in both directions; null while nothing does. */
  private heldRequests: Request[] | null = null;
  private heldReplies: Buffer[] | null = null;

  constructor(
    private readonly worker: Socket,
    private readonly database: Socket,
    private readonly hit: (request: Request) => Watch | null,
  ) {
    for (const socket of [worker, database]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    worker.on('data', (bytes: Buffer) => {
      for (const request of this.requests.push(bytes)) this.ask(request);
    });
    database.on('data', (bytes: Buffer) => {
      const negotiating = this.unanswered[0]?.request.answer === 'one-byte';
      for (const { bytes: reply, ready } of this.replies.push(bytes, negotiating))
        this.answer(reply, ready || negotiating);
    });
  }

  cut(): void {
    this.worker.destroy();
    this.database.destroy();
  }

  private ask(request: Request): void {
    if (this.heldRequests) return void this.heldRequests.push(request);
    const watch = this.hit(request);
    if (watch?.when !== 'before') return this.forward(request, watch);
    this.heldRequests = [];
    watch.reached({ cut: () => this.cut(), goOn: () => this.release(request) });
  }

  private release(first: Request): void {
    const waiting = this.heldRequests ?? [];
    this.heldRequests = null;
    this.forward(first, null);
    for (const request of waiting) this.ask(request);
  }

  private forward(request: Request, watch: Watch | null): void {
    if (request.answer !== 'none') this.unanswered.push({ request, watch });
    this.database.write(request.bytes);
  }

  private answer(reply: Buffer, last: boolean): void {
    const watch = this.unanswered[0]?.watch;
    if (watch) this.heldReplies ??= [];
    if (this.heldReplies) this.heldReplies.push(reply);
    else this.worker.write(reply);
    if (!last) return;
    this.unanswered.shift();
    watch?.reached({ cut: () => this.cut(), goOn: () => this.relent() });
  }

  private relent(): void {
    for (const reply of this.heldReplies ?? []) this.worker.write(reply);
    this.heldReplies = null;
  }
}
