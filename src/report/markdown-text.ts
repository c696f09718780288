/** Text that came from elsewhere, made safe for Markdown: it must neither break a table nor become markup. */

/** Prose, on one line. */
export function prose(text: string): string {
  return (
    oneLine(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/[\\`*[\]|~]/g, '\\$&')
      // Inside a word an underscore is plain text, and names stay readable without the backslash.
      .replace(/_(?!\w)|(?<!\w)_/g, '\\_')
  );
}

/** A name or a number as code, on one line; `|` is escaped because a table's cells are split before code is seen. */
export function code(text: string): string {
  const line = oneLine(text).replaceAll('|', '\\|');
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A fenced block that the text cannot close. */
export function block(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** A table; cells are Markdown already (`prose`, `code`). Nothing without rows. */
export function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return '';
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Its entries are Markdown already. Nothing without entries. */
export function list(entries: string[]): string {
  return entries.map((entry) => `- ${entry}`).join('\n');
}

/** A section, or nothing when it has no content. */
export function section(title: string, ...parts: string[]): string {
  const content = parts.filter((part) => part !== '');
  return content.length === 0 ? '' : [`## ${title}`, ...content].join('\n\n');
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
