/** A set of keys that takes ten bits each, whatever they are; of those that are not in it, it takes about one in a hundred for one that is. */
const BITS_PER_KEY = 10;
const HASHES = 7;

export class KeySet {
  private readonly bits: Uint8Array;

  /** @param expected how many keys are added at most. */
  constructor(expected: number) {
    this.bits = new Uint8Array(Math.ceil((Math.max(expected, 100) * BITS_PER_KEY) / 8));
  }

  add(key: string): void {
    for (const place of this.places(key)) this.bits[place >>> 3] = (this.bits[place >>> 3] ?? 0) | (1 << (place & 7));
  }

  has(key: string): boolean {
    return this.places(key).every((place) => ((this.bits[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0);
  }

  /** Two hashes make all the others. */
  private places(key: string): number[] {
    const first = hash(key, 0x811c9dc5);
    const second = hash(key, 0x9747b28c);
    const size = this.bits.length * 8;
    return Array.from({ length: HASHES }, (_, n) => (first + n * second) % size);
  }
}

/** FNV-1a, with its bits spread afterwards. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let place = 0; place < text.length; place++) value = Math.imul(value ^ text.charCodeAt(place), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
