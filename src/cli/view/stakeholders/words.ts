/** Lists and places as a sentence says them. Pure. */
import { plural } from '../../../policy/words';
import { code } from '../../../report/markdown-text';
import { inNumber } from '../../../policy/words';

const MOST_NAMED = 8;
const MOST_LINES = 6;

/** `` `a`, `b` and `c` ``; from the ninth on only how many more. */
export function names(all: readonly string[], most = MOST_NAMED): string {
  const each = [...new Set(all)];
  const shown = each.slice(0, most).map(code);
  const rest = each.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : listed(shown);
}

/** `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

/** `line 18`, `lines 3, 5 and 9`, `46 statements from line 2 to line 143`. */
export function places(lines: readonly number[]): string {
  const each = [...new Set(lines)].sort((a, b) => a - b);
  if (each.length === 1) return `line ${each[0] ?? 0}`;
  if (each.length > MOST_LINES)
    return `${plural(lines.length, 'statement')} from line ${each[0] ?? 0} to line ${each.at(-1) ?? 0}`;
  return `lines ${listed(each.map(String))}`;
}

/** `1,166 columns`, `1 index`, `54 indexes`. */
export function many(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${inNumber(n, noun)}`;
}

/** What there is something of, as a list: `12 tables, 87 columns and 4 enums`; '' where there is nothing. */
export function amounts(all: readonly [number, string][]): string {
  return listed(all.filter(([n]) => n > 0).map(([n, noun]) => many(n, noun)));
}

/** `orders` of `"public"."orders"`: people say the schema only where it is not the usual one. */
export function readable(relation: string): string {
  const plain = relation.slice(1, -1).replaceAll('"."', '.').replaceAll('""', '"');
  return plain.replace(/^public\./, '');
}

export function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
