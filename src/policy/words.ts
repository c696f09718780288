/** Words that many messages share. Pure. */
import type { SchemaTotals } from '../contract';

/** Three names, and how many more. */
export function some(names: string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.slice(0, 3).join(', ')}${more}`;
}

/** One name, and how many more: where Temporal takes 400 bytes at most. */
export function first([name = '', ...others]: string[]): string {
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}

/** `1 row`, `7 rows`, `2 breaches`. */
export function plural(count: number, noun: string): string {
  return `${count} ${inNumber(count, noun)}`;
}

/** The noun alone: `index` of one, `indexes` of others. */
export function inNumber(count: number, noun: string): string {
  if (count === 1) return noun;
  return `${noun}${/(x|ch)$/.test(noun) ? 'es' : 's'}`;
}

/** `100 tables`, `1 index`: what a plan makes some of. */
export function created({ tables, columns, indexes, enums, foreignKeys }: SchemaTotals): string[] {
  const all: [number, string][] = [
    [tables, 'table'],
    [columns, 'column'],
    [indexes, 'index'],
    [enums, 'enum'],
    [foreignKeys, 'foreign key'],
  ];
  return all.filter(([count]) => count > 0).map(([count, noun]) => plural(count, noun));
}
