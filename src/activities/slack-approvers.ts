/** Whether the approvers of Slack are there to click, asked of Slack. */
import { SlackCallError } from '../adapters/slack/api';
import { SLACK_PERSON } from '../contract';
import type { PeopleFacts, SlackApprovers } from '../policy/people';
import type { Deps } from './deps';

/** @returns null where nobody is asked, or no approver is a member of Slack. Slack down or unwilling is a doubt and no failure. */
export async function slackApprovers(
  { slack }: Pick<Deps, 'slack'>,
  { required, approvers }: PeopleFacts['approvals'],
): Promise<SlackApprovers | null> {
  if (required === 0) return null;
  const members = approvers.filter((id) => id.startsWith(SLACK_PERSON)).map((id) => id.slice(SLACK_PERSON.length));
  if (members.length === 0) return null;
  if (!slack) return { unknown: 'the worker has no Slack.', absent: [] };
  try {
    const absent = await slack.absent(members);
    return { unknown: null, absent: absent.map(({ id, why }) => ({ id: `${SLACK_PERSON}${id}`, why })) };
  } catch (error) {
    if (error instanceof SlackCallError) return { unknown: error.message, absent: [] };
    throw error;
  }
}
