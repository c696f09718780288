import { SharedMap } from '../../src/policy/statements/shared-map';

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

interface Pair {
  shared: SharedMap<number>;
  plain: Map<string, number>;
}

/** Writes, deletions and copies by turns: each copy goes its own way, as copies of an ordinary map do. */
function pairs(seed: number): Pair[] {
  const next = numbers(seed);
  const all: Pair[] = [{ shared: new SharedMap(), plain: new Map() }];
  for (let turn = 0; turn < 2_000; turn++) {
    const pair = all[next(all.length)] as Pair;
    const key = `k${next(150)}`;
    const what = next(10);
    if (what === 0) {
      const place = all.length < 20 ? all.length : next(all.length);
      all[place] = { shared: pair.shared.clone(), plain: new Map(pair.plain) };
    } else if (what < 4) {
      pair.shared.delete(key);
      pair.plain.delete(key);
    } else {
      pair.shared.set(key, turn);
      pair.plain.set(key, turn);
    }
  }
  return all;
}

test.each([1, 2, 3, 4, 5])('holds what an ordinary map with the same past holds, in the same order (%i)', (seed) => {
  for (const { shared, plain } of pairs(seed)) {
    expect(shared.values()).toEqual([...plain.values()]);
    expect(shared.size).toBe(plain.size);
    for (let at = 0; at < 150; at++) {
      expect(shared.get(`k${at}`)).toBe(plain.get(`k${at}`));
      expect(shared.has(`k${at}`)).toBe(plain.has(`k${at}`));
    }
  }
});

test('gives those of its values that are meant', () => {
  const map = new SharedMap<number>();
  for (const value of [3, 1, 2]) map.set(`k${value}`, value);
  expect(map.clone().where((value) => value > 1)).toEqual([3, 2]);
});
