/** HTML from text that came from elsewhere. */

/** Markup that is safe to put into other markup. */
export interface Html {
  readonly html: string;
}

type Part = Html | Html[] | string | number;

/** A template whose holes are escaped, unless they are markup already. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: texts.map((text, index) => text + (index < parts.length ? markup(parts[index] ?? '') : '')).join('') };
}

function markup(part: Part): string {
  if (Array.isArray(part)) return part.map(({ html: inside }) => inside).join('\n');
  return typeof part === 'object' ? part.html : escaped(String(part));
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
