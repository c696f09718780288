/** A TCP relay that can swallow everything, as a network does that lets neither side know: here before Temporal. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Relay {
  private readonly sockets = new Set<Socket>();
  private swallowing = false;

  private constructor(
    private readonly server: Server,
    /** Of 127.0.0.1. */
    readonly port: number,
  ) {}

  /** @param upstream port of the server on 127.0.0.1. */
  static async listen(upstream: number): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const relay = new Relay(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => relay.join(client, connect(upstream, '127.0.0.1')));
    return relay;
  }

  /** From here on nothing arrives on either side, and no connection ends. */
  swallow(): void {
    this.swallowing = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** What was swallowed meanwhile arrives late. */
  heal(): void {
    this.swallowing = false;
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private join(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.swallowing) from.pause();
    }
  }
}
