/** Slack's mrkdwn -> HTML, as far as Lockkeeper's message uses it. */
import type { SlackUser } from './slack-requests';

const HTML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function html(text: string): string {
  return text.replace(/[&<>"']/g, (char) => HTML[char] ?? char);
}

/** Drawn with letters and CSS, because a machine without an emoji font shows boxes. */
const EMOJI: Record<string, [className: string, glyph: string]> = {
  white_check_mark: ['tile green', '✓'],
  x: ['tile red', '✕'],
  no_entry: ['dot red', '–'],
  octagonal_sign: ['dot red', '!'],
  rotating_light: ['tile red', '!'],
  warning: ['tile amber', '!'],
  alarm_clock: ['dot amber', '!'],
  raised_hand: ['tile amber', '?'],
  hourglass_flowing_sand: ['dot blue', '…'],
  leftwards_arrow_with_hook: ['tile blue', '↩'],
  white_circle: ['dot hollow', ''],
  red_circle: ['dot red', ''],
  large_yellow_circle: ['dot amber', ''],
  large_green_circle: ['dot green', ''],
};

export function emoji(escapedText: string): string {
  return escapedText.replace(/:([a-z_]+):/g, (whole, name: string) => {
    const [className, glyph] = EMOJI[name] ?? [];
    return className === undefined ? whole : `<i class="${className}" title="${name}">${glyph ?? ''}</i>`;
  });
}

/** The text's own entities stay as they are, as in Slack; every other tag is what the markup below makes. */
export function mrkdwn(text: string, people: SlackUser[]): string {
  return text
    .split(/(`[^`\n]+`|<[^<>\n]+>)/)
    .map((part) => {
      if (part.startsWith('`') && part.length > 1) return `<code>${quoted(part.slice(1, -1))}</code>`;
      if (part.startsWith('<') && part.endsWith('>')) return angle(part.slice(1, -1), people);
      return inline(quoted(part));
    })
    .join('')
    .replace(/(^|\n)(?:&gt;)([^\n]*)/g, '$1<blockquote>$2</blockquote>')
    .replaceAll('\n', '<br>');
}

function quoted(text: string): string {
  return text.replace(/["'<>]/g, (char) => HTML[char] ?? char);
}

function inline(text: string): string {
  return emoji(text)
    .replace(/(^|[\s(]|&gt;)\*([^*\n]+)\*/g, '$1<b>$2</b>')
    .replace(/(^|[\s(])_([^_\n]+)_/g, '$1<em>$2</em>');
}

function angle(inside: string, people: SlackUser[]): string {
  const [target = '', label] = inside.split('|', 2);
  if (target.startsWith('@'))
    return `<span class="mention">@${html(people.find(({ id }) => id === target.slice(1))?.name ?? target.slice(1))}</span>`;
  // What would ping a whole channel is shown in alarming colours: it must never appear.
  if (target.startsWith('!') && !target.startsWith('!date'))
    return `<span class="ping">@${html(target.slice(1))}</span>`;
  if (target.startsWith('!date')) return quoted(label ?? '');
  if (!/^https?:\/\//.test(target)) return quoted(`<${inside}>`);
  return `<a href="${quoted(target)}" target="_blank" rel="noreferrer">${quoted(label ?? target)}</a>`;
}
