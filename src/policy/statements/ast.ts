/** Reading PostgreSQL's parse tree: every node is an object with one key, its type. */
import type { DefElem, Node, RangeVar, TypeName } from '@pgsql/types';

type KeyOf<Union> = Union extends Union ? keyof Union : never;
export type Tag = KeyOf<Node>;
/** The node type behind a tag: `Of<'IndexStmt'>`. */
export type Of<T extends Tag> = Extract<Node, Record<T, unknown>>[T];

/** The node's inside if it is of this type. */
export function as<T extends Tag>(node: Node | undefined, tag: T): Of<T> | undefined {
  return (node as Partial<Record<T, Of<T>>> | undefined)?.[tag];
}

export function tagOf(node: Node): Tag {
  return Object.keys(node)[0] as Tag;
}

/** Those of the nodes that are of this type, unwrapped. */
export function all<T extends Tag>(nodes: Node[] | undefined, tag: T): Of<T>[] {
  const found: Of<T>[] = [];
  for (const node of nodes ?? []) {
    const inside = as(node, tag);
    if (inside !== undefined) found.push(inside);
  }
  return found;
}

/** Visits every object below a node, with the key it hangs on: its tag or its field. */
export function walk(value: unknown, visit: (key: string, inside: object) => void, key = ''): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit, key);
  } else if (typeof value === 'object' && value !== null) {
    visit(key, value);
    for (const below in value) walk(value[below as keyof typeof value], visit, below);
  }
}

/** Every node of a type anywhere below, in the order of the tree. */
export function find<T extends Tag>(root: unknown, tag: T): Of<T>[] {
  const found: Of<T>[] = [];
  walk(root, (key, inside) => {
    if (key === tag) found.push(inside as Of<T>);
  });
  return found;
}

/** Columns that stand anywhere in expressions or in the list of a partition key. */
export function columnsIn(root: unknown): string[] {
  const named = find(root, 'PartitionElem').flatMap(({ name }) => name ?? []);
  return [...named, ...find(root, 'ColumnRef').map(({ fields }) => words(fields).at(-1) ?? '')];
}

/** `['public', 'User']` of a list of String nodes. */
export function words(nodes: Node[] | undefined): string[] {
  return all(nodes, 'String').map(({ sval }) => sval ?? '');
}

/** The words of a name, whichever way the grammar wraps it: a list, a string or a type. */
export function nameParts(node: Node | undefined): string[] {
  const string = as(node, 'String');
  if (string) return [string.sval ?? ''];
  return words(as(node, 'List')?.items ?? as(node, 'TypeName')?.names ?? as(node, 'ObjectWithArgs')?.objname);
}

/** A relation as the file writes it, without quotes. */
export function relationOf(range: RangeVar | undefined): string {
  return [range?.schemaname, range?.relname].filter(Boolean).join('.');
}

/** A type's name without PostgreSQL's own schema, which the grammar adds to `INTEGER` and its like. */
export function typeNameOf(type: TypeName | undefined): string {
  return words(type?.names)
    .filter((word) => word !== 'pg_catalog')
    .join('.');
}

/** What two ways of writing a relation have in common: Prisma leaves `public` out, hand-written SQL often does not. */
export function keyOf(name: string): string {
  return name.startsWith('public.') ? name.slice('public.'.length) : name;
}

/** Options such as `(concurrently, verbose false)`: absent, and off where the value says so. */
export function hasOption(options: Node[] | undefined, name: string): boolean {
  const option = all(options, 'DefElem').find(({ defname }) => defname === name);
  return option !== undefined && !isFalse(option);
}

/** True for an option that is written out as off; leaving it out is not the same. */
export function isFalse({ arg }: DefElem): boolean {
  const text = as(arg, 'String')?.sval?.toLowerCase();
  return text === 'false' || text === 'off' || text === 'no' || as(arg, 'Boolean')?.boolval === false || isZero(arg);
}

/** The parser leaves fields that hold zero out. */
function isZero(arg: Node | undefined): boolean {
  const integer = as(arg, 'Integer');
  return integer !== undefined && !integer.ival;
}
