/** Looks at a statement that takes long from a second session, so that people see how far it is. */
import { openSession, type Client } from '../adapters/postgres';
import { workOf } from '../adapters/statement-work';
import type { ScriptProgress } from '../contract';
import type { OwnedSession } from './script';
import type { ResolvedTarget } from './target';

const EVERY_MS = 1_000;

export class StatementWatch {
  private last: ScriptProgress | null = null;
  private lastAt = 0;
  private looking: Promise<void> = Promise.resolve();
  private client: Client | null = null;
  private readonly timer: NodeJS.Timeout;

  /** @param report gets what the executor says, and what is seen of a statement that lasts longer than a second. */
  constructor(
    private readonly target: ResolvedTarget,
    private readonly watched: OwnedSession,
    private readonly report: (progress: ScriptProgress) => void,
  ) {
    let busy = false;
    this.timer = setInterval(() => {
      if (busy || this.last === null || Date.now() - this.lastAt < EVERY_MS) return;
      busy = true;
      this.looking = this.look(this.last).finally(() => (busy = false));
    }, EVERY_MS);
  }

  /** What the executor says of where it is. */
  readonly progress = (progress: ScriptProgress): void => {
    this.last = progress;
    this.lastAt = Date.now();
    this.report(progress);
  };

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.last = null;
    await this.looking;
    await this.client?.end().catch(() => undefined);
  }

  private async look(of: ScriptProgress): Promise<void> {
    const { processID } = this.watched.client as unknown as { processID: number };
    try {
      this.client ??= await openSession(this.target.url, {
        applicationName: 'lockkeeper/watch',
        statementTimeoutMs: 5_000,
      });
      const seen = await workOf(this.client, processID);
      // The statement may have ended meanwhile.
      if (this.last === of)
        this.report({ ...of, ...seen, blockers: seen.blockers.length > 0 ? seen.blockers : of.blockers });
    } catch {
      // Nothing depends on it: the statement goes on, and so does the next look.
      await this.client?.end().catch(() => undefined);
      this.client = null;
    }
  }
}
