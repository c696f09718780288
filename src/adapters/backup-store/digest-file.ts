import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';

export interface FileDigest {
  bytes: number;
  /** Hex. */
  sha256: string;
}

/** Reads a plain file once, not through a link. */
export async function digestFile(path: string, signal?: AbortSignal): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  // The declarations know flags as text only; Node takes numbers.
  const flags = (constants.O_RDONLY | constants.O_NOFOLLOW) as unknown as string;
  const stream = createReadStream(path, { flags, highWaterMark: 1 << 20, ...(signal ? { signal } : {}) });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
