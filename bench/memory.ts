import { existsSync, readFileSync } from 'node:fs';

/** Largest resident set of a living process so far, MiB; null where the system has no /proc. */
export function peakMiB(pid: number): number | null {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(file, 'utf8'))?.[1];
  return kib === undefined ? null : Number(kib) / 1024;
}
