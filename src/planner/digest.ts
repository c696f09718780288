import { createHash } from 'node:crypto';

/** Of the value's JSON. */
export function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
