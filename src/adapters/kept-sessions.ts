/** Sessions between two uses: opening one takes as long as many a step, and its first look at the catalogs as long again. */
import { isLost, type Client } from './postgres';

/** What comes next comes at once, or not from this process. */
const IDLE_MS = 1_000;

interface Kept {
  client: Client;
  idle: NodeJS.Timeout;
}

export class KeptSessions {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly idleMs = IDLE_MS) {}

  /** The session kept under `name`, from now on its caller's alone; null where there is none, or no longer. */
  take(name: string): Client | null {
    const kept = this.kept.get(name);
    if (!kept) return null;
    clearTimeout(kept.idle);
    this.kept.delete(name);
    return isLost(kept.client) ? null : kept.client;
  }

  /**
   * Keeps a session for the next use under `name`, or ends it where that does not come soon. It is then as it was opened: of this use
   * it has no lock, setting, role, temporary table or plan.
   */
  async keep(name: string, client: Client): Promise<void> {
    try {
      await client.query('DISCARD ALL');
    } catch {
      return end(client);
    }
    await end(this.take(name));
    const idle = setTimeout(() => void end(this.take(name)), this.idleMs);
    this.kept.set(name, { client, idle });
  }
}

async function end(client: Client | null): Promise<void> {
  await client?.end().catch(() => undefined);
}
