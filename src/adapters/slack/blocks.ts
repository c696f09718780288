/** The Block Kit that a deployment's message uses. */
import type { ViewsOpenArguments } from '@slack/web-api';

/** Slack's own block types, reached through the package we depend on: `@slack/types` is its dependency, not ours. */
type AnyBlock = ViewsOpenArguments['view']['blocks'][number];
type Named<B> = B extends { type: infer T } ? (string extends T ? never : B) : never;
export type MessageBlock = Extract<Named<AnyBlock>, { type: 'header' | 'section' | 'context' | 'actions' | 'divider' }>;

export const LIMITS = {
  blocks: 50,
  header: 150,
  section: 3000,
  field: 2000,
  fields: 10,
  confirm: 300,
  value: 2000,
} as const;

/** `verbatim`: Slack must not turn a URL or a `@here` in a file into a link or a mention by itself. */
export function mrkdwn(text: string): { type: 'mrkdwn'; text: string; verbatim: true } {
  return { type: 'mrkdwn', text, verbatim: true };
}

export function plain(text: string): { type: 'plain_text'; text: string; emoji: true } {
  return { type: 'plain_text', text, emoji: true };
}

export function section(text: string): MessageBlock {
  return { type: 'section', text: mrkdwn(text) };
}
