import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Passes bytes on no faster than asked for, on average since its start; who writes into it waits. */
export function throttled(bytesPerSecond: number): Transform {
  const startedAt = performance.now();
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      const early = (passed / bytesPerSecond) * 1000 - (performance.now() - startedAt);
      if (early <= 0) done(null, chunk);
      else void sleep(early).then(() => done(null, chunk));
    },
  });
}
