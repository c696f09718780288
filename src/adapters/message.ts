/** Several statements as one message: one round trip, and a failure or a cancellation anywhere ends all of it. */
import type { EventEmitter } from 'node:events';
import type { Client } from './postgres';

/** Thrown when a message failed; `cause` is the server's error. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
  constructor(
    override readonly cause: unknown,
    /** How many of its statements were done: the index of the one that failed. */
    readonly completed: number,
  ) {
    super((cause as Error).message);
  }
}

/**
 * Sends `statements` together. PostgreSQL runs nothing of a message after its first error, so that none of them can
 * escape the BEGIN before it. The server answers each with one CommandComplete, which is how the failing one is found.
 * @throws MessageError
 */
export async function sendTogether(client: Client, statements: string[]): Promise<void> {
  const { connection } = client as unknown as { connection: EventEmitter };
  let completed = 0;
  const count = (): void => void completed++;
  connection.on('commandComplete', count);
  try {
    // A statement may end in a comment without a line's end.
    await client.query(statements.join('\n;\n'));
  } catch (error) {
    throw new MessageError(error, completed);
  } finally {
    connection.off('commandComplete', count);
  }
}
