/** Quantities in the words people use: the same in the report and on the terminal. */

/** `340 ms`, `2.1 s`, `1 m 12 s`, `2 h 05 m`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  // Rounded first, so that 59.96 s becomes 1 m 0 s and never "60.0 s".
  const tenths = Math.round(ms / 100) / 10;
  if (tenths < 60) return `${tenths.toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
}

/** Milliseconds between two ISO 8601 times; null unless both are there. */
export function elapsed(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.max(0, Date.parse(to) - Date.parse(from));
}

/** `812 B`, `1.2 MB`; decimal units, as `ls -lh --si` and disk vendors count. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `2025-11-23 10:11:12 UTC` of an ISO 8601 time. */
export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** A number with at most two decimals and no trailing zeros. */
export function figure(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** The first 12 characters of a digest: enough to compare by eye. */
export function short(digest: string): string {
  return digest.slice(0, 12);
}
