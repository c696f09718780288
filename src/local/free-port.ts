import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';

/**
 * Whether nothing listens on the port of 127.0.0.1. Both questions are needed: on some systems one may bind a port
 * of the loopback address that another program holds for all addresses.
 */
export async function isPortFree(port: number): Promise<boolean> {
  return !(await answers(port)) && (await canListen(port));
}

/**
 * The first free port at or after `from`. It may be gone a moment later: who binds it must be ready to ask again.
 * @throws Error when 200 ports in a row are taken.
 */
export async function firstFreePort(from: number, except: number[] = []): Promise<number> {
  for (let port = from; port < from + 200 && port <= 65_535; port++) {
    if (!except.includes(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`no free port between ${from} and ${from + 199} on ${HOST}`);
}

/** Waits until something accepts connections on the port. False when `until` settles or the time (milliseconds) is over first. */
export async function waitForPort(
  port: number,
  { timeoutMs, until }: { timeoutMs: number; until: Promise<unknown> },
): Promise<boolean> {
  let over = false;
  void until.then(() => (over = true));
  const deadline = Date.now() + timeoutMs;
  while (!over && Date.now() < deadline) {
    if (await answers(port)) return true;
    await sleep(50);
  }
  return false;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST, timeout: 1_000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}
