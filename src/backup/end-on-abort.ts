import type { Client } from '../adapters/postgres';

/** Runs work on sessions that end when the signal fires: nothing else stops a query of minutes. */
export async function endOnAbort<T>(clients: Client[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const end = (): void => clients.forEach((client) => void client.end().catch(() => undefined));
  signal.addEventListener('abort', end);
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', end);
  }
}
