import { randomBytes } from 'node:crypto';

/** `YYYYMMDD-HHMMSS-xxxx` in UTC: sorts by time, short enough to type. */
export function newDeploymentId(now: Date = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}
