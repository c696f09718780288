/** Slack's Socket Mode: a connection that we open brings the clicks, so nothing of ours has to be reachable. https://docs.slack.dev/apis/events-api/using-socket-mode */
import { setTimeout as sleep } from 'node:timers/promises';
import { SocketModeClient } from '@slack/socket-mode';
import type { Logger } from 'pino';
import { OPEN_SOCKET, SILENT, slackCallError, SlackCallError, webOptions } from '../adapters/slack/api';
import { Clicks, type ClicksOptions } from './clicks';
import { interactionOf } from './interaction';

export interface SocketOptions extends ClicksOptions {
  /** App-level, with scope `connections:write`. */
  appToken: string;
  /** Between two attempts to connect, in milliseconds: doubled from the first to the longest. */
  pauses?: { first: number; longest: number };
}

/** From opening to Slack's hello. */
const HELLO_TIMEOUT_MS = 15_000;
const PAUSES = { first: 1_000, longest: 60_000 };

/** What Slack sends with a click. The envelope stays with the library, which acknowledges it. */
interface Envelope {
  ack: () => Promise<void>;
  body: unknown;
}

interface Connection {
  client: SocketModeClient;
  /** Resolves when it is lost, by whomever. */
  lost: Promise<void>;
}

export class SlackSocket {
  private readonly clicks: Clicks;
  private readonly log: Logger;
  private readonly closing = new AbortController();
  private connection: Connection | undefined;
  private staying: Promise<void> = Promise.resolve();

  constructor(private readonly options: SocketOptions) {
    this.clicks = new Clicks(options);
    this.log = options.log;
  }

  /**
   * Connects, and stays connected until `close`: Slack ends every connection after some hours.
   * @throws SlackCallError when the first connection is refused or not reached.
   */
  async open(): Promise<void> {
    this.connection = await this.connect();
    this.staying = this.stay(this.connection);
  }

  /** No clicks arrive after this; those taken are still being worked off: see `settled`. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.connection?.client.disconnect();
    await this.staying;
  }

  /** Resolves when every click that was taken has been worked off. */
  settled(): Promise<void> {
    return this.clicks.settled();
  }

  /** The library's own reconnecting is off: once it cannot reach Slack it gives up, by a rejection that nobody can catch. */
  private async stay(first: Connection): Promise<void> {
    for (let { lost } = first; ;) {
      await lost;
      const next = await this.connectAgain();
      if (!next) return;
      this.connection = next;
      this.log.info('connected to Slack again');
      ({ lost } = next);
    }
  }

  /** Null once it is closed. */
  private async connectAgain(): Promise<Connection | null> {
    const { first, longest } = this.options.pauses ?? PAUSES;
    for (let pause = first; !this.closing.signal.aborted; pause = Math.min(pause * 2, longest)) {
      try {
        const connection = await this.connect();
        if (!this.closing.signal.aborted) return connection;
        await connection.client.disconnect();
      } catch (error) {
        const code = error instanceof SlackCallError ? error.code : 'unknown';
        this.log.warn({ code, againInMs: pause }, 'Slack cannot be connected to; buttons do nothing meanwhile');
        await sleep(pause, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
    return null;
  }

  private async connect(): Promise<Connection> {
    const { appToken, apiUrl } = this.options;
    const client = new SocketModeClient({
      appToken,
      autoReconnectEnabled: false,
      clientOptions: webOptions(apiUrl),
      logger: SILENT,
    });
    client.on('interactive', (envelope: Envelope) => this.receive(envelope));
    const lost = new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
    const tooLate = setTimeout(() => void client.disconnect(), HELLO_TIMEOUT_MS);
    try {
      await client.start();
      return { client, lost };
    } catch (error) {
      throw slackCallError(OPEN_SOCKET, error);
    } finally {
      clearTimeout(tooLate);
    }
  }

  /** What is not ours is not acknowledged: Slack tells the person that nothing happened. */
  private receive({ ack, body }: Envelope): void {
    const interaction = interactionOf(body);
    if (interaction) this.clicks.take(interaction, ack);
  }
}
