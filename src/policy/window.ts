/** Maintenance windows. Pure. */
import type { MaintenanceWindow } from '../contract';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** To whoever comes too late. */
export const WINDOW_CLOSED = 'The maintenance window closed before the first step; deploy again for the next.';

/** Milliseconds from `now` (epoch, UTC) until the window is open; 0 when it is. */
export function msUntilOpen(now: number, { days, from, to }: MaintenanceWindow): number {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const length = ((to - from + 24 * 60) % (24 * 60) || 24 * 60) * MINUTE_MS;
  // Yesterday's window may reach into today; a week ahead covers every day rule.
  for (let day = -1; day <= 7; day++) {
    const opens = midnight + day * DAY_MS + from * MINUTE_MS;
    const weekday = new Date(opens).getUTCDay();
    if ((days.length === 0 || days.includes(weekday)) && now < opens + length) return Math.max(0, opens - now);
  }
  return 0;
}
