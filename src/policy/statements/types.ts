/** Which changes of a column's type keep the table's file: PostgreSQL's binary-coercible casts and widenings. */
import type { Node, TypeName } from '@pgsql/types';
import { all, as, keyOf, typeNameOf, words } from './ast';
import type { Schema } from './schema';
import type { Zone } from './time-zone';

export interface ColumnType {
  /** PostgreSQL's own name (`int4`, `varchar`, `timestamptz`) or the file's for types it defines. */
  readonly name: string;
  /** `(10,2)`; empty without. */
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

const SERIALS: Record<string, string> = {
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
  smallserial: 'int2',
  serial2: 'int2',
};
const ALIASES: Record<string, string> = {
  int: 'int4',
  bigint: 'int8',
  integer: 'int4',
  boolean: 'bool',
  decimal: 'numeric',
};

export function columnType(type: TypeName | undefined): ColumnType {
  const written = typeNameOf(type);
  const modifiers = all(type?.typmods, 'A_Const').map(({ ival }) => ival?.ival ?? 0);
  return {
    name: SERIALS[written] ?? ALIASES[written] ?? written,
    modifiers,
    array: (type?.arrayBounds?.length ?? 0) > 0,
  };
}

export function isSerial(type: TypeName | undefined): boolean {
  return typeNameOf(type) in SERIALS;
}

export function typeText({ name, modifiers, array }: ColumnType): string {
  return `${name}${modifiers.length ? `(${modifiers.join(',')})` : ''}${array ? '[]' : ''}`;
}

/** Types whose values are stored alike: a cast between two of a group, without a modifier, changes nothing on disk. */
const STORED_ALIKE = [
  ['varchar', 'text', 'citext'],
  ['inet', 'cidr'],
  ['int4', 'oid', 'regclass', 'regproc', 'regtype', 'regrole', 'regnamespace'],
];
/** Of those, the casts that PostgreSQL runs through a function all the same. */
const CHECKED_CASTS = new Set(['inet>cidr']);
/** xml is kept as its text; the way back is parsed. */
const ONE_WAY = new Set(['xml>text', 'xml>varchar', 'bit>varbit']);
/** Types that drop a modifier, or widen it, without touching a row; the number is what no modifier stands for. */
const WIDENING: Record<string, number> = {
  varchar: Infinity,
  varbit: Infinity,
  timestamp: 6,
  timestamptz: 6,
  time: 6,
  timetz: 6,
  interval: 6,
};

export interface TypeChange {
  from: ColumnType | null;
  to: ColumnType;
  /** The USING expression. */
  using: Node | undefined;
  column: string;
  /** Of the session that runs it. */
  zone: Zone;
  /** It gets another collation. */
  recollates: boolean;
}

/** What of it decides which values come through. */
export type ValueChange = Pick<TypeChange, 'from' | 'to' | 'using' | 'column'>;

/** True when every row is written anew. With an unknown old type only a cast that almost always keeps the file is trusted. */
export function rewritesRows({ from, to, using, column, zone }: TypeChange, schema: Schema): boolean {
  const casts = using ? castChain(using, column) : [];
  if (casts === null) return true;
  if (from === null)
    return casts.length > 0 || to.array || to.modifiers.length > 0 || !['text', 'varchar', 'citext'].includes(to.name);
  let current = baseOf(from, schema);
  for (const step of [...casts, to]) {
    if (schema.domains.get(keyOf(step.name))?.constrained && keyOf(step.name) !== keyOf(from.name)) return true;
    const next = baseOf(step, schema);
    if (!keepsFile(current, next, zone)) return true;
    current = next;
  }
  return false;
}

/** The types that `USING column::a::b` goes through, or null for any other expression. */
function castChain(using: Node, column: string): ColumnType[] | null {
  const reference = as(using, 'ColumnRef');
  if (reference) return words(reference.fields).at(-1) === column ? [] : null;
  const cast = as(using, 'TypeCast');
  const inner = cast?.arg && castChain(cast.arg, column);
  return inner ? [...inner, columnType(cast?.typeName)] : null;
}

/** The type under a domain, and under the domains below that. */
export function baseOf(type: ColumnType, schema: Schema): ColumnType {
  const domain = schema.domains.get(keyOf(type.name));
  return domain && !type.array ? baseOf(domain.base, schema) : type;
}

function keepsFile(from: ColumnType, to: ColumnType, zone: Zone): boolean {
  if (typeText({ ...from, name: keyOf(from.name) }) === typeText({ ...to, name: keyOf(to.name) })) return true;
  if (from.array || to.array) return false;
  if (from.name === to.name) return widens(from, to);
  const cast = `${from.name}>${to.name}`;
  // Where nothing is said of the zone: nearly all servers run in UTC.
  if (cast === 'timestamp>timestamptz' || cast === 'timestamptz>timestamp')
    return zone !== 'other' && (to.modifiers[0] ?? 6) === 6;
  if (to.modifiers.length > 0 || CHECKED_CASTS.has(cast)) return false;
  return ONE_WAY.has(cast) || STORED_ALIKE.some((group) => group.includes(from.name) && group.includes(to.name));
}

function widens(from: ColumnType, to: ColumnType): boolean {
  if (from.name === 'numeric') {
    if (to.modifiers.length === 0) return true;
    const [precision = 0, scale = 0] = to.modifiers;
    const [oldPrecision = Infinity, oldScale = 0] = from.modifiers;
    return scale === oldScale && precision >= oldPrecision;
  }
  const unlimited = WIDENING[from.name];
  if (unlimited === undefined) return to.modifiers.length === 0 && from.name !== 'bpchar' && from.name !== 'bit';
  return (to.modifiers[0] ?? unlimited) >= (from.modifiers[0] ?? unlimited);
}

/** Each holds all values of those before it, some only nearly. */
const NUMBERS = ['int2', 'int4', 'int8', 'numeric', 'float8'];
const TEXTS = ['text', 'varchar', 'citext'];

/** True where the new type takes every value of the old one, through whatever casts the statement writes. */
export function cannotFail({ from, to, using, column }: TypeChange, schema: Schema): boolean {
  const casts = using ? castChain(using, column) : [];
  const isChecked = [...(casts ?? []), to].some(({ name }) => schema.domains.get(keyOf(name))?.constrained);
  if (from === null || casts === null || isChecked) return false;
  const steps = [from, ...casts, to].map((type) => baseOf(type, schema));
  return steps.slice(1).every((next, place) => takesAll(steps[place] ?? next, next));
}

function takesAll(from: ColumnType, to: ColumnType): boolean {
  if (from.array || to.array || to.modifiers.length > 0) return false;
  const [before, after] = [from, to].map(({ name }) => NUMBERS.indexOf(name));
  return from.name === to.name || TEXTS.includes(to.name) || (before !== -1 && (after ?? -1) >= (before ?? 0));
}

const INTEGERS = ['int2', 'int4', 'int8'];
const FRACTIONS = ['numeric', 'float4', 'float8', 'money'];

/** True when the new type cannot hold what the old one may: values are rounded or cut rather than refused. */
export function losesValues({ from, to, using }: TypeChange): boolean {
  if (from === null) return false;
  if (FRACTIONS.includes(from.name) && INTEGERS.includes(to.name)) return true;
  if (from.name === 'float8' && to.name === 'float4') return true;
  if (from.name.startsWith('timestamp') && ['date', 'time', 'timetz'].includes(to.name)) return true;
  if (from.name === 'numeric' && to.name === 'numeric')
    return (
      to.modifiers.length > 0 && (to.modifiers[1] ?? 0) < (from.modifiers[1] ?? (from.modifiers.length ? 0 : Infinity))
    );
  if (from.name.startsWith('time') && to.name.startsWith('time'))
    return (to.modifiers[0] ?? 6) < (from.modifiers[0] ?? 6);
  // Only an explicit cast cuts a string; an assignment refuses it.
  return (
    using !== undefined &&
    ['varchar', 'bpchar'].includes(to.name) &&
    (to.modifiers[0] ?? Infinity) < (from.modifiers[0] ?? Infinity)
  );
}

/** Types whose values another type takes as they are, and gives back. */
const WIDER: Record<string, readonly string[]> = {
  int2: ['int4', 'int8', 'numeric'],
  int4: ['int8', 'numeric'],
  int8: ['numeric'],
  float4: ['float8'],
  date: ['timestamp', 'timestamptz'],
  timestamp: ['timestamptz'],
};

/** True when every value of the old type, which may be unknown, has one in the new type that leads back to it, or is refused. */
export function keepsValues({ from, to, using, column }: ValueChange, schema: Schema): boolean {
  const casts = using ? castChain(using, column) : [];
  if (casts === null) return false;
  let current = from;
  for (const step of [...casts, to]) {
    if (!keepsEach(current, step, using !== undefined, schema)) return false;
    current = step;
  }
  return true;
}

function keepsEach(from: ColumnType | null, to: ColumnType, explicit: boolean, schema: Schema): boolean {
  const now = keyOf(to.name);
  // Every type has words for all of its values.
  if (from === null) return now === 'text';
  if (typeText(from) === typeText(to)) return true;
  if (from.array !== to.array) return false;
  const old = keyOf(from.name);
  if (old === now) return old === 'numeric' ? holdsDigits(from, to) : widens(from, to);
  // An assignment refuses what is too long; a cast cuts it.
  if (TEXTS.includes(now))
    return (
      to.modifiers.length === 0 || (TEXTS.includes(old) && (!explicit || widens({ ...from, name: 'varchar' }, to)))
    );
  // A word that is none of the enum's is refused.
  if (schema.enums.has(now)) return TEXTS.includes(old);
  return to.modifiers.length === 0 && (WIDER[old] ?? []).includes(now);
}

/** As many digits on both sides of the point. */
function holdsDigits(
  { modifiers: [oldPrecision, oldScale = 0] }: ColumnType,
  { modifiers: [precision, scale = 0] }: ColumnType,
): boolean {
  if (precision === undefined) return true;
  return oldPrecision !== undefined && scale >= oldScale && precision - scale >= oldPrecision - oldScale;
}
