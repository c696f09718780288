import { KeySet } from '../../src/adapters/key-set';

test('it has every key that was added, and of a hundred others about one', () => {
  const keys = new KeySet(10_000);
  for (let n = 0; n < 10_000; n++) keys.add(`key ${n}`);
  const has = (prefix: string): number =>
    Array.from({ length: 10_000 }, (_, n) => keys.has(`${prefix} ${n}`)).filter(Boolean).length;
  expect(has('key')).toBe(10_000);
  expect(has('other')).toBeLessThan(300);
});
