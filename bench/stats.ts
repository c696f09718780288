/** The few statistics that the tables need. */

/** One figure, measured several times. */
export interface Summary {
  median: number;
  min: number;
  max: number;
  runs: number;
}

/** @throws Error for no values: a median of nothing would print as a figure. */
export function summarize(values: number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new Error('Nothing was measured.');
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return { median: ((low ?? min) + (high ?? max)) / 2, min, max, runs: sorted.length };
}

/** Milliseconds, to the precision that the figure bears: `7.3`, `148`, `1,204`. */
export function ms(value: number): string {
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

/** `lowest – highest`, in milliseconds. */
export function range({ min, max }: Summary): string {
  return `${ms(min)} – ${ms(max)}`;
}
