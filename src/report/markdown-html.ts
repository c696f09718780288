/** The report's own Markdown as HTML: headings, paragraphs, tables, fenced blocks, bold and code. Nothing else is in it. */
import { html, type Html } from './html';

export function markdownHtml(markdown: string): Html[] {
  return blocks(markdown).map(rendered);
}

/** Pieces between blank lines; a fenced block is one, whatever lines are in it. */
function blocks(markdown: string): string[] {
  const found: string[] = [];
  let open: string | null = null;
  let piece: string[] = [];
  const close = (): void => {
    if (piece.length > 0) found.push(piece.join('\n'));
    piece = [];
  };
  for (const line of markdown.split('\n')) {
    const fence = /^`{3,}/.exec(line)?.[0] ?? null;
    if (open === null && line === '') {
      close();
      continue;
    }
    piece.push(line);
    if (open === null) open = fence;
    else if (line === open) open = null;
  }
  close();
  return found;
}

function rendered(block: string): Html {
  const heading = /^(#{1,3}) (.*)$/.exec(block);
  if (heading?.[1] === '#') return html`<h1>${inline(heading[2] ?? '')}</h1>`;
  if (heading) return html`<h2>${inline(heading[2] ?? '')}</h2>`;
  if (block.startsWith('```')) return html`<pre>${block.split('\n').slice(1, -1).join('\n')}</pre>`;
  return block.startsWith('| ') ? table(block.split('\n')) : html`<p>${inline(block)}</p>`;
}

function table([head = '', , ...rows]: string[]): Html {
  const titles = cells(head).map((cell) => html`<th>${inline(cell)}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>
        ${cells(row).map((cell) => html`<td>${inline(cell)}</td>`)}
      </tr>`,
  );
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${titles}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

/** As GitHub cuts them: an escaped bar is none, and loses its backslash, in code too. */
function cells(row: string): string[] {
  return row
    .slice(2, -2)
    .split(/ \| /)
    .map((cell) => cell.replaceAll('\\|', '|'));
}

const INLINE = /(`+)( ?)([\s\S]+?)\2\1(?!`)|\*\*([\s\S]+?)\*\*|<br>|\\(.)|&(amp|lt|gt);/g;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>' };

function inline(text: string): Html[] {
  const parts: Html[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(html`${text.slice(from, match.index)}`);
    parts.push(span(match));
    from = match.index + match[0].length;
  }
  return [{ html: [...parts, html`${text.slice(from)}`].map((part) => part.html).join('') }];
}

function span([whole, , , inCode, bold, escaped, entity]: RegExpMatchArray): Html {
  if (inCode !== undefined) return html`<code>${inCode}</code>`;
  if (bold !== undefined) return html`<strong>${inline(bold)}</strong>`;
  if (whole === '<br>') return { html: '<br>' };
  return html`${escaped ?? ENTITIES[entity ?? ''] ?? ''}`;
}
