/** Slack's end of Socket Mode: greets, hands out envelopes, hears acknowledgements. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export class SocketStandIn {
  /** Envelope ids in the order in which they were acknowledged. */
  readonly acknowledged: string[] = [];
  private readonly sockets: WebSocket[] = [];
  private envelopes = 0;

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('message', (data: Buffer) => {
        const { envelope_id: id } = JSON.parse(data.toString()) as { envelope_id: string };
        this.acknowledged.push(id);
        server.emit('acknowledged', id);
      });
      socket.send(JSON.stringify({ type: 'hello', num_connections: 1 }));
    });
  }

  static async start(): Promise<SocketStandIn> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new SocketStandIn(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Of all that were ever made. */
  get connections(): number {
    return this.sockets.length;
  }

  /** Resolves with the next connection. */
  async nextConnection(): Promise<void> {
    await once(this.server, 'connection');
  }

  /** Sends an interaction to the newest connection; resolves when it is acknowledged. */
  async deliver(payload: unknown): Promise<void> {
    const id = this.send(payload);
    while (!this.acknowledged.includes(id)) await once(this.server, 'acknowledged');
  }

  /** @returns the envelope's id. */
  send(payload: unknown): string {
    this.envelopes += 1;
    const id = `envelope-${this.envelopes}`;
    this.newest().send(
      JSON.stringify({ envelope_id: id, type: 'interactive', payload, accepts_response_payload: true }),
    );
    return id;
  }

  /** Slack moves its connections to other machines now and then. */
  refresh(): void {
    this.newest().send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
  }

  /** The network fails: no closing handshake. */
  cut(): void {
    this.newest().terminate();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((closed) => this.server.close(closed));
  }

  private newest(): WebSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('Nobody is connected.');
    return socket;
  }
}
