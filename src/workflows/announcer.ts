/** Keeps one Slack message true, at most one call under way and one every three seconds; nothing waits for it. */
import { CancellationScope, condition } from '@temporalio/workflow';
import type { SlackMessageRef } from '../adapters/slack';
import { forAnnouncement } from '../policy/announcement';
import { notify } from './activity-options';
import type { Run } from './run';

const GAP = '3s';

export class Announcer {
  private message: SlackMessageRef | null = null;
  private stale = false;
  private closing = false;
  private pump: Promise<void> | null = null;

  constructor(private readonly run: Run) {
    run.onChange = () => this.wake();
  }

  /** The last word, with how it ended; a failure or a rollback is shown in the channel too. */
  async close(): Promise<void> {
    this.closing = true;
    await this.pump;
    const { outcome } = this.run.status;
    if (!this.run.announced || !outcome) return;
    await this.announce();
    const loud = ['failed', 'rolled-back', 'needs-human'].includes(outcome.status);
    if (this.message) await notify.note(this.message, outcome.summary, loud).catch(() => undefined);
  }

  private wake(): void {
    this.stale = true;
    if (this.pump || this.closing || !this.run.announced) return;
    this.pump = CancellationScope.nonCancellable(() => this.drain()).finally(() => (this.pump = null));
  }

  private async drain(): Promise<void> {
    while (this.stale && !this.closing) {
      this.stale = false;
      await this.announce();
      await condition(() => this.closing, GAP);
    }
  }

  private async announce(): Promise<void> {
    try {
      this.message = (await notify.announce(forAnnouncement(this.run.status), this.message)) ?? this.message;
    } catch {
      // Slack is down: the deployment goes on, and the next change tries again.
    }
  }
}
