/** Tells people. The workflow never waits for it and never fails because of it. */
import type { SlackMessageRef } from '../adapters/slack';
import { workflowIdFor, type DeploymentStatus } from '../contract';
import type { Deps } from './deps';

export function createNotify({ slack, uiUrl }: Deps) {
  return {
    /** Posts the deployment's message, or brings it up to date. @returns null where Slack is not configured. */
    async announce(status: DeploymentStatus, message: SlackMessageRef | null): Promise<SlackMessageRef | null> {
      if (!slack) return null;
      const { environment, target } = status.input;
      return slack.announce(
        status,
        message,
        `${uiUrl}/workflows/${encodeURIComponent(workflowIdFor(environment, target))}/${status.runId}`,
      );
    },

    /** A note in the message's thread; `broadcast` shows it in the channel. */
    async note(message: SlackMessageRef, text: string, broadcast: boolean): Promise<void> {
      await slack?.note(message, text, { broadcast });
    },
  };
}
