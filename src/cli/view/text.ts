/** Lines for a terminal: what came from elsewhere loses its control characters, and no line is wider than the window. */
import { stripVTControlCharacters } from 'node:util';

/** A name or a reason that somebody else wrote, on one line and without the power to move the cursor. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')

    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim();
}

/** Cuts a line to `width` visible characters; colours count for nothing and are closed. */
export function clampLine(line: string, width: number): string {
  if (stripVTControlCharacters(line).length <= width) return line;
  let visible = 0;
  let cut = '';

  for (const [part] of line.matchAll(/\u001b\[[0-9;]*m|[^]/gu)) {
    const isColor = part.startsWith('\u001b');
    if (!isColor && visible >= width - 1) continue;
    if (!isColor) visible += 1;
    cut += part;
  }
  // Colour codes after the cut were kept, so every colour that was opened is closed.
  return `${cut}…`;
}

/** Cuts a list to `height` lines around the line `focus`, and says how many are missing on each side. */
export function clampHeight(lines: string[], height: number, focus: number): string[] {
  if (lines.length <= height) return lines;
  const room = Math.max(1, height - 2);
  const from = Math.max(0, Math.min(focus - Math.floor(room / 2), lines.length - room));
  const shown = lines.slice(from, from + room);
  const after = lines.length - from - room;
  return [...(from > 0 ? [`  … ${from} above`] : []), ...shown, ...(after > 0 ? [`  … ${after} below`] : [])];
}

/** Breaks prose at blanks. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
