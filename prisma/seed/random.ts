/**
 * Randomness that depends on nothing but a kind and an index. Any table can work out what another one holds at
 * row i ("which customer placed order 8,231,402?") without keeping it, so memory stays constant at every scale.
 */

const seeds = new Map<string, number>();

/** FNV-1a of the kind, worked out once. */
function seedOf(kind: string): number {
  let seed = seeds.get(kind);
  if (seed === undefined) {
    seed = 0x811c9dc5;
    for (let i = 0; i < kind.length; i++) seed = Math.imul(seed ^ kind.charCodeAt(i), 0x01000193);
    seeds.set(kind, seed);
  }
  return seed;
}

/** The finaliser of MurmurHash3: spreads neighbouring inputs over all 32 bits. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stream of numbers for row `index` of `kind`; mulberry32 underneath. */
export class Random {
  private state: number;

  constructor(kind: string, index: number) {
    // The high half matters: index exceeds 32 bits for line numbers at large scales.
    this.state = mix(seedOf(kind) ^ mix(index) ^ Math.imul(Math.floor(index / 0x1_0000_0000), 0x9e3779b1));
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer in [low, high], both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return at(from, Math.floor(this.next() * from.length));
  }
}

/** Element `index` of a list, counted round: a list is never too short. */
export function at<T>(from: readonly T[], index: number): T {
  const element = from[index % from.length];
  if (element === undefined) throw new RangeError('cannot take an element of an empty list');
  return element;
}

const HEX = Array.from({ length: 0x10000 }, (_, i) => i.toString(16).padStart(4, '0'));
const hex32 = (value: number): string => `${HEX[value >>> 16]}${HEX[value & 0xffff]}`;

/** The UUID (in the form of a version 4) of row `index` of `kind`. The index is part of it, so no two are equal. */
export function uuid(kind: string, index: number): string {
  const seed = seedOf(kind);
  const high = Math.floor(index / 0x1_0000_0000);
  // mix() is a bijection of 32 bits, so b differs for every index below 2^32 and c for every 2^32 block of them.
  const b = mix(index ^ seed);
  const c = mix(high ^ Math.imul(seed, 0x9e3779b1));
  const a = mix(b ^ seed ^ 0x2545f491);
  const d = mix(a ^ c);
  const node = hex32(c).slice(4) + hex32(b);
  return `${hex32(a)}-${hex32(d).slice(0, 4)}-4${hex32(d).slice(5)}-${hex32((c & 0x3fffffff) | 0x80000000).slice(0, 4)}-${node}`;
}

/** 64 hexadecimal digits, as a SHA-256 would give. */
export function hash(kind: string, index: number): string {
  const random = new Random(kind, index);
  let digits = hex32(mix(index ^ seedOf(kind)));
  for (let i = 0; i < 7; i++) digits += hex32(Math.floor(random.next() * 0x1_0000_0000));
  return digits;
}
