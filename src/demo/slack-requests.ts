/** Requests as Slack sends them to an app: payloads and v0 signatures, written from Slack's documentation and not from our receiver. */
import { createHmac } from 'node:crypto';

export interface SlackUser {
  id: string;
  name: string;
  deleted?: boolean;
  is_bot?: boolean;
}

export interface SignedRequest {
  headers: Record<string, string>;
  body: string;
}

export interface AppIdentity {
  team: string;
  app: string;
}

export interface ClickedButton {
  actionId: string;
  value: string;
}

export function clickPayload(
  identity: AppIdentity,
  user: SlackUser,
  button: ClickedButton,
  triggerId: string,
  responseUrl: string,
): object {
  return {
    type: 'block_actions',
    ...sender(identity, user),
    trigger_id: triggerId,
    response_url: responseUrl,
    actions: [{ type: 'button', block_id: 'actions', action_id: button.actionId, value: button.value }],
  };
}

export function submissionPayload(identity: AppIdentity, user: SlackUser, view: object, values: object): object {
  return { type: 'view_submission', ...sender(identity, user), view: { ...view, state: { values } } };
}

function sender({ team, app }: AppIdentity, user: SlackUser): object {
  return {
    api_app_id: app,
    team: { id: team, domain: 'stand-in' },
    user: { id: user.id, username: user.name, name: user.name, team_id: team },
  };
}

export function signed(payload: object, secret: string, at?: Date): SignedRequest {
  return signedBody(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), secret, at);
}

export function signedBody(body: string, secret: string, at: Date = new Date()): SignedRequest {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
  };
  return { headers, body };
}
