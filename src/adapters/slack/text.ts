/** Text that came from files, the database or people, made fit for a Slack message. */

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Everything invisible but the line break: control characters, direction marks, lone surrogates. */
const INVISIBLE = /[^\P{C}\n]/u;

/**
 * Escapes the three characters that Slack reads as markup, so that `<!channel>` in a migration's name pings nobody.
 * The limit counts what is sent: an entity is never cut in two.
 */
export function escaped(text: string, max: number): string {
  let whole = '';
  let cut = '';
  for (const char of text) {
    whole += ENTITIES[char] ?? (INVISIBLE.test(char) ? ' ' : char);
    if (whole.length < max) cut = whole;
    if (whole.length > max) return `${cut}…`;
  }
  return whole;
}

export function oneLine(text: string, max: number): string {
  return escaped(text.trim(), max).replaceAll('\n', ' ');
}

/** Inline code; a backtick inside would end it early. */
export function code(text: string, max: number): string {
  return `\`${oneLine(text.replaceAll('`', "'"), max)}\``;
}

/** The first lines that fit, and how many did not. */
export function lines(all: string[], max: number): string {
  const hidden = all.length - max;
  return hidden <= 0 ? all.join('\n') : [...all.slice(0, max), `… and ${hidden} more`].join('\n');
}

export function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
}

export function seconds(milliseconds: number): string {
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${(milliseconds / 60_000).toFixed(1)} min`;
}
