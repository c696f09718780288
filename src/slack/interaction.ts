/** Slack's interaction payloads, cut down to what Lockkeeper acts on. */
import { z } from 'zod';
import { SLACK_PERSON, type Person } from '../contract';
import {
  APPROVE_ACTION,
  decodeDecisionValue,
  REJECT_ACTION,
  type DecisionValue,
} from '../adapters/slack/decision-value';
import { REASON_VIEW, readReason } from './reason-view';

/** Who sent it, from where; all of it vouched for by Slack. */
export interface Origin {
  /** Null when it is not a person's. */
  person: Person | null;
  /** The workspaces of the interaction and of the person: they differ in a channel shared between companies. */
  teams: string[];
  app: string;
}

export type Intent =
  | { kind: 'approve'; value: DecisionValue; responseUrl: string }
  | { kind: 'ask-reason'; value: DecisionValue; responseUrl: string; triggerId: string }
  | { kind: 'reject'; value: DecisionValue; responseUrl: string; reason: string | null }
  /** Well-formed, and nothing to do: a link was opened, or another feature of the app was used. */
  | { kind: 'none' };

export interface Interaction {
  origin: Origin;
  intent: Intent;
}

const text = z.string().max(4000);
const common = {
  api_app_id: text,
  team: z.object({ id: text }).nullish(),
  user: z
    .object({
      id: text,
      name: text.optional(),
      username: text.optional(),
      team_id: text.optional(),
      is_bot: z.boolean().optional(),
    })
    .nullish(),
};
const payloadSchema = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('block_actions'),
    trigger_id: text,
    response_url: text.default(''),
    actions: z.array(z.object({ action_id: text, value: text.optional() })).min(1),
  }),
  z.object({
    ...common,
    type: z.literal('view_submission'),
    view: z.object({ callback_id: text, private_metadata: text, state: z.object({ values: z.unknown() }) }),
  }),
]);
type Payload = z.infer<typeof payloadSchema>;

/** Of the form that Slack posts, with the payload as JSON in one field. */
export function interactionOfForm(body: Buffer): Interaction | null {
  return interactionOf(json(new URLSearchParams(body.toString('utf8')).get('payload')));
}

/** Null when the payload is not an interaction, or carries a button of ours with a value that is not. */
export function interactionOf(payload: unknown): Interaction | null {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) return null;
  const intent = parsed.data.type === 'block_actions' ? clicked(parsed.data) : submitted(parsed.data);
  return intent && { origin: originOf(parsed.data), intent };
}

function clicked(payload: Extract<Payload, { type: 'block_actions' }>): Intent | null {
  const action = payload.actions.find(({ action_id: id }) => id === APPROVE_ACTION || id === REJECT_ACTION);
  if (!action) return { kind: 'none' };
  const value = decodeDecisionValue(action.value ?? '');
  if (!value) return null;
  const { response_url: responseUrl, trigger_id: triggerId } = payload;
  return action.action_id === APPROVE_ACTION
    ? { kind: 'approve', value, responseUrl }
    : { kind: 'ask-reason', value, responseUrl, triggerId };
}

function submitted({ view }: Extract<Payload, { type: 'view_submission' }>): Intent | null {
  if (view.callback_id !== REASON_VIEW) return { kind: 'none' };
  const given = readReason(view.private_metadata, view.state.values);
  return given && { kind: 'reject', ...given };
}

function originOf({ api_app_id: app, team, user }: Payload): Origin {
  const teams = [team?.id, user?.team_id].filter((id) => id !== undefined);
  return {
    app,
    teams,
    person:
      user && isPerson(user) ? { id: `${SLACK_PERSON}${user.id}`, name: user.name ?? user.username ?? user.id } : null,
  };
}

/** Slack's own bot has the id of a person. */
function isPerson(user: NonNullable<Payload['user']>): boolean {
  return /^[UW][A-Z0-9]+$/.test(user.id) && user.id !== 'USLACKBOT' && user.is_bot !== true;
}

function json(source: string | null): unknown {
  try {
    return JSON.parse(source ?? '');
  } catch {
    return undefined;
  }
}
