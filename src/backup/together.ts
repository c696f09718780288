/** Runs tasks at once; the first that fails stops the others, and all have come to rest before its error is thrown. */
export async function together<A, B>(
  outer: AbortSignal,
  first: (signal: AbortSignal) => Promise<A>,
  second: (signal: AbortSignal) => Promise<B>,
): Promise<[A, B]> {
  const inner = new AbortController();
  const signal = AbortSignal.any([outer, inner.signal]);
  const failures: unknown[] = [];
  const watched = async <T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await task(signal);
    } catch (error) {
      failures.push(error);
      inner.abort();
      throw error;
    }
  };
  const [a, b] = await Promise.allSettled([watched(first), watched(second)]);
  if (a.status === 'rejected' || b.status === 'rejected') {
    outer.throwIfAborted();
    throw failures[0];
  }
  return [a.value, b.value];
}
