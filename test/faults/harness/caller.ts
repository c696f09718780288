/** An application that connects again and again while the database under its name is exchanged, and keeps every answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const EVERY_MS = 20;
/** A name that nobody answers to is an answer too. */
const PATIENCE_MS = 10_000;

export class Caller {
  /** In their order: what the question was answered, or the error's SQLSTATE and detail. */
  private readonly answers: string[] = [];
  private hungUp = false;
  private readonly calling: Promise<void>;

  /** @param question a query of one row, whose `answer` is text. */
  constructor(
    private readonly url: string,
    private readonly question: string,
  ) {
    this.calling = this.call();
  }

  async hangUp(): Promise<string[]> {
    this.hungUp = true;
    await this.calling;
    return this.answers;
  }

  private async call(): Promise<void> {
    while (!this.hungUp) {
      this.answers.push(await this.ask().catch(inShort));
      await sleep(EVERY_MS);
    }
  }

  private async ask(): Promise<string> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'a caller',
      connectionTimeoutMillis: PATIENCE_MS,
    });
    // A connection that ends between two calls tells its reason here; the next call only hears that it is gone.
    let loss: Error | undefined;
    client.on('error', (error) => (loss ??= error));
    try {
      await client.connect();
      return (await client.query<{ answer: string }>(this.question)).rows[0]?.answer ?? 'nothing';
    } catch (error) {
      throw loss ?? error;
    } finally {
      void client.end().catch(() => undefined);
    }
  }
}

function inShort(error: Error & { code?: string; detail?: string }): string {
  return `${error.code ?? error.message}${error.detail === undefined ? '' : ` ${error.detail}`}`;
}
