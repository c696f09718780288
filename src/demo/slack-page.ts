/** The stand-in's page: one channel with its messages, threads and working buttons. */
import { emoji, html, mrkdwn } from './slack-mrkdwn';
import { SCRIPT, STYLE } from './slack-page-assets';
import type { SlackUser } from './slack-requests';
import type { Block, Button, EphemeralMessage, RoomMessage, SlackRoom, TextObject } from './slack-room';

export function page(channel: string, people: SlackUser[], room: string): string {
  const options = people.map(({ id, name }) => `<option value="${html(id)}">${html(name)}</option>`).join('');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>#${html(channel)} – Slack stand-in</title><style>${STYLE}</style></head>
<body>
<header>
  <h1># ${html(channel)}</h1>
  <label>You are <select id="person">${options}</select></label>
</header>
<p class="hint">A stand-in for Slack on this machine. The buttons send requests signed as Slack signs them.</p>
<main id="room" aria-live="polite">${room}</main>
<dialog id="dialog"><form method="dialog">
  <h2></h2><div class="dialog-text"></div><label class="reason">Reason<textarea rows="4" maxlength="500"></textarea></label>
  <menu><button value="cancel" class="plain" formnovalidate>Cancel</button><button value="ok" id="ok"></button></menu>
</form></dialog>
<output id="notice" hidden></output>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

export function roomHtml(room: SlackRoom, people: SlackUser[]): string {
  const roots = room.messages.filter(({ threadTs }) => threadTs === null);
  if (roots.length === 0) return '<p class="empty">No messages yet. The next deployment will be announced here.</p>';
  return roots.map((message) => messageHtml(message, room, people)).join('');
}

function messageHtml(message: RoomMessage, room: SlackRoom, people: SlackUser[]): string {
  const blocks = message.blocks.map((block) => blockHtml(block, message.ts, people)).join('');
  const replies = room.replies(message.ts).map((reply) => replyHtml(reply, people));
  const only = room.ephemerals.filter(({ ts }) => ts === message.ts).map((told) => ephemeralHtml(told, people));
  const thread = replies.length === 0 ? '' : `<section class="thread"><h3>Thread</h3>${replies.join('')}</section>`;
  return `<article><div class="avatar" aria-hidden="true">L</div><div class="body">${byline(message)}${blocks}${thread}${only.join('')}</div></article>`;
}

function byline({ ts, edited }: RoomMessage): string {
  const note = edited ? ' <span class="quiet">(edited)</span>' : '';
  return `<div class="byline"><b>Lockkeeper</b> <span class="app">APP</span> <time>${clock(ts)}</time>${note}</div>`;
}

function replyHtml(reply: RoomMessage, people: SlackUser[]): string {
  const broadcast = reply.broadcast ? ' <span class="quiet">also sent to the channel</span>' : '';
  return `<p><time>${clock(reply.ts)}</time> ${mrkdwn(reply.text, people)}${broadcast}</p>`;
}

function ephemeralHtml({ user, text }: EphemeralMessage, people: SlackUser[]): string {
  const name = people.find(({ id }) => id === user)?.name ?? user;
  return `<p class="ephemeral"><span class="quiet">Only visible to ${html(name)}</span><br>${mrkdwn(text, people)}</p>`;
}

function blockHtml(block: Block, ts: string, people: SlackUser[]): string {
  const text = (object: TextObject): string => textHtml(object, people);
  switch (block.type) {
    case 'header':
      return `<h2>${block.text ? text(block.text) : ''}</h2>`;
    case 'section':
      return `${block.text ? `<div class="section">${text(block.text)}</div>` : ''}${fieldsHtml(block.fields ?? [], text)}`;
    case 'context':
      return `<div class="context">${((block.elements ?? []) as TextObject[]).map(text).join(' ')}</div>`;
    case 'actions':
      return `<div class="actions">${((block.elements ?? []) as Button[]).map((button) => buttonHtml(button, ts, people)).join('')}</div>`;
    case 'divider':
      return '<hr>';
    default:
      return `<div class="context">[${html(block.type)}]</div>`;
  }
}

function fieldsHtml(fields: TextObject[], text: (object: TextObject) => string): string {
  return fields.length === 0
    ? ''
    : `<div class="fields">${fields.map((field) => `<div>${text(field)}</div>`).join('')}</div>`;
}

function buttonHtml({ text, action_id: action, style, confirm }: Button, ts: string, people: SlackUser[]): string {
  const dialog = confirm && {
    title: confirm.title.text,
    html: textHtml(confirm.text, people),
    ok: confirm.confirm.text,
    style: style ?? '',
  };
  const asks = dialog ? ` data-confirm="${html(JSON.stringify(dialog))}"` : '';
  return `<button class="${style ?? 'plain'}" data-ts="${html(ts)}" data-action="${html(action)}"${asks}>${html(text.text)}</button>`;
}

export function textHtml(object: TextObject, people: SlackUser[]): string {
  // Slack reads the three entities in plain text too.
  return object.type === 'mrkdwn' ? mrkdwn(object.text, people) : emoji(object.text.replace(/[<>"']/g, html));
}

function clock(ts: string): string {
  return new Date(Number(ts) * 1000).toTimeString().slice(0, 5);
}
