import { bytes, duration, elapsed } from '../../src/report/format';

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_940, '59.9 s'],
    [59_960, '1 m 0 s'],
    [72_400, '1 m 12 s'],
    [3_599_999, '1 h 00 m'],
    [7_500_000, '2 h 05 m'],
  ])('%d ms reads %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('has none where a time is missing, and none below zero', () => {
    expect(elapsed(null, '2026-01-01T00:00:00Z')).toBeNull();
    expect(elapsed('2026-01-01T00:00:01Z', '2026-01-01T00:00:00Z')).toBe(0);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [2_500_000, '2.5 MB'],
    [999_600, '1.0 MB'],
    [123_456_789_012, '123 GB'],
  ])('%d reads %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });
});
