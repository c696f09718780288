/** Cutting SQL text where the parser's tree keeps no text: commas of ALTER TABLE, semicolons of PL/pgSQL. */

/** What a separator inside does not count in: strings, quoted names, dollar quotes, comments. */
const OPAQUE =
  /E'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\//iy;

/** Position after the opaque piece that starts here, or null where none does. */
function skipOpaque(text: string, at: number): number | null {
  OPAQUE.lastIndex = at;
  // A word that ends in e is no prefix of a string.
  if (/\w/.test(text.charAt(at - 1)) && /e/i.test(text.charAt(at))) return null;
  const match = OPAQUE.exec(text);
  return match ? at + match[0].length : null;
}

/** A run in which nothing opaque begins and nothing separates: most of a text, skipped at once. */
const PLAIN = /[^'"$\-/eE,;()[\]]+/y;

function skipPlain(text: string, at: number): number {
  PLAIN.lastIndex = at;
  return PLAIN.test(text) ? PLAIN.lastIndex : at;
}

/** Parts between separators that are outside quotes, comments and parentheses. */
export function splitTopLevel(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = skipPlain(text, 0); at < text.length; at = skipPlain(text, at)) {
    const skipped = skipOpaque(text, at);
    if (skipped !== null) {
      at = skipped;
      continue;
    }
    const character = text.charAt(at);
    if (character === '(' || character === '[') depth++;
    if (character === ')' || character === ']') depth--;
    if (character === separator && depth <= 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    at++;
  }
  parts.push(text.slice(from));
  return parts;
}

/** Every name in a text, quoted or not, keywords too; not what strings, function bodies and comments hold. */
export function identifiers(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = skipOpaque(text, at);
    const piece =
      end === null
        ? (/^[\p{L}_][\p{L}\p{N}_$]*/u.exec(text.slice(at, at + 300))?.[0] ?? text.charAt(at))
        : text.slice(at, end);
    if (piece.startsWith('"')) found.push(piece.slice(1, -1).replaceAll('""', '"'));
    else if (end === null && piece.length > 1) found.push(piece);
    at += piece.length;
  }
  return found;
}

/** Blanks out comments, and keeps every line break so that lines still count. */
export function withoutComments(text: string): string {
  if (!text.includes('--') && !text.includes('/*')) return text;
  let out = '';
  for (let at = 0; at < text.length;) {
    const end = skipOpaque(text, at);
    const piece = text.slice(at, end ?? at + 1);
    out += /^(--|\/\*)/.test(piece) ? piece.replace(/[^\n]/g, ' ') : piece;
    at += piece.length;
  }
  return out;
}

/** For regular expressions: a name, quoted or not. */
export const IDENTIFIER = String.raw`(?:"(?:[^"]|"")+"|[\w$]+)`;
const ALTER_HEAD = new RegExp(
  String.raw`^\s*ALTER\s+(?:FOREIGN\s+)?\w+(?:\s+VIEW)?\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?${IDENTIFIER}(?:\s*\.\s*${IDENTIFIER})*\s*\*?`,
  'i',
);

/** `ALTER TABLE IF EXISTS ONLY "User"`: what stands before the first subcommand. */
export function alterHead(text: string): string {
  return (ALTER_HEAD.exec(withoutComments(text))?.[0] ?? '').trim();
}

/** The text of each subcommand of an ALTER TABLE, in the order of its `cmds`. */
export function subcommands(text: string): string[] {
  const clean = withoutComments(text);
  return splitTopLevel(clean.replace(ALTER_HEAD, ''), ',').map((part) => part.trim());
}

/** For messages: a literal may be anything. */
export function withoutLiterals(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'/g, "'…'");
}
