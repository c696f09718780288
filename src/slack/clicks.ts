/** What a click does, however it got here: it is taken only from a person of our workspace, decided once, and answered. */
import type { Logger } from 'pino';
import type { Person } from '../contract';
import { answer } from './answer';
import type { Decide, SlackDecision } from './decide';
import type { Intent, Interaction, Origin } from './interaction';
import { reasonView, type View } from './reason-view';

export interface ClicksOptions {
  /** Workspace and app that may send; without them the secret, which belongs to one app, is the whole proof. */
  expectedTeam?: string | undefined;
  expectedApp?: string | undefined;
  decide: Decide;
  openView: (triggerId: string, view: View) => Promise<void>;
  /** Where a `response_url` may lead besides Slack itself: a proxy's or a stand-in's Web API. */
  apiUrl?: string | undefined;
  log: Logger;
}

export class Clicks {
  private readonly work = new Set<Promise<void>>();
  /** Decisions under way, so that a double click waits for the first instead of asking twice. */
  private readonly deciding = new Map<string, Promise<string>>();

  constructor(private readonly options: ClicksOptions) {}

  /**
   * Slack waits three seconds and shows an error after that; so it is answered first, whatever the work takes.
   * @param acknowledge tells Slack that the click has arrived; where that fails the click counts all the same. Not called for a click that is refused.
   * @returns whether it was taken: false for what is Slack's but not from a person of our workspace by our app.
   */
  take({ origin, intent }: Interaction, acknowledge: () => Promise<void>): boolean {
    const { person } = origin;
    const { log } = this.options;
    if (!person || !this.isExpected(origin)) {
      log.warn(
        { teams: origin.teams, app: origin.app, isPerson: person !== null },
        "refused an interaction that is Slack's but not ours",
      );
      return false;
    }
    const work: Promise<void> = acknowledge()
      .catch(() => log.warn('the acknowledgement of a click did not reach Slack'))
      .then(() => this.act(intent, person))
      .catch(() => log.error({ intent: intent.kind }, 'an interaction failed'))
      .finally(() => this.work.delete(work));
    this.work.add(work);
    return true;
  }

  /** Resolves when every click that was taken has been worked off. */
  async settled(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work);
  }

  private async act(intent: Intent, person: Person): Promise<void> {
    if (intent.kind === 'none') return;
    const { value, responseUrl } = intent;
    if (intent.kind === 'ask-reason') return this.askReason(intent);
    const reason = intent.kind === 'reject' ? intent.reason : null;
    const told = await this.decideOnce({ ...value, person, verdict: intent.kind, reason });
    await answer(responseUrl, told, this.options);
  }

  private async askReason({ triggerId, value, responseUrl }: Extract<Intent, { kind: 'ask-reason' }>): Promise<void> {
    try {
      await this.options.openView(triggerId, reasonView(value, responseUrl));
    } catch {
      const command = `lockkeeper reject ${value.deploymentId}`;
      await answer(
        responseUrl,
        `Slack did not open the dialog, and nothing was decided. Click again, or run "${command}".`,
        this.options,
      );
    }
  }

  private decideOnce(decision: SlackDecision): Promise<string> {
    const key = JSON.stringify([decision.deploymentId, decision.bindingDigest, decision.person.id, decision.verdict]);
    const running = this.deciding.get(key);
    if (running) return running;
    const { decide, log } = this.options;
    const started = decide(decision)
      .catch((error: unknown) => {
        log.error(
          { deploymentId: decision.deploymentId, error: error instanceof Error ? error.name : 'unknown' },
          'a decision failed',
        );
        return `Lockkeeper could not pass on your decision. Click again, or run "lockkeeper ${decision.verdict} ${decision.deploymentId}".`;
      })
      .finally(() => this.deciding.delete(key));
    this.deciding.set(key, started);
    return started;
  }

  private isExpected({ teams, app }: Origin): boolean {
    const { expectedTeam, expectedApp } = this.options;
    const teamFits = expectedTeam === undefined || (teams.length > 0 && teams.every((team) => team === expectedTeam));
    return teamFits && (expectedApp === undefined || app === expectedApp);
  }
}
