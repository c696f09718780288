import type { Client } from '../adapters/postgres';

/** Runs work on sessions that end when the signal fires: nothing else stops a query of minutes. @throws the signal's reason once it has fired. */
export async function endOnAbort<T>(clients: Client[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const end = (): void => clients.forEach((client) => void client.end().catch(() => undefined));
  signal.addEventListener('abort', end);
  try {
    return await work();
  } catch (error) {
    // What fails because its session ended is no lost server.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
