/** Maintenance windows. Pure. */
import { DateTime } from 'luxon';
import type { MaintenanceWindow } from '../contract';

/** To whoever comes too late. */
export const WINDOW_CLOSED = 'The maintenance window closed before the first step; deploy again for the next.';

/** Beyond the next week: clocks put forward may leave out the one window of a week. */
const DAYS_AHEAD = 14;

/** Milliseconds from `now` (epoch) until the window is open; 0 when it is. */
export function msUntilOpen(now: number, { days, from, to, zone }: MaintenanceWindow): number {
  const today = DateTime.fromMillis(now, { zone }).startOf('day');
  // Every comparison with it would be false, and the window look open.
  if (!today.isValid) throw new Error(`This Node does not know the time zone ${zone} of the maintenance window.`);
  // Yesterday's window may reach into today.
  for (let day = -1; day <= DAYS_AHEAD; day++) {
    const date = today.plus({ days: day });
    const opens = instantAt(date, from);
    const closes = instantAt(to > from ? date : date.plus({ days: 1 }), to);
    const isMeant = days.length === 0 || days.includes(date.weekday % 7);
    if (isMeant && opens < closes && now < closes) return Math.max(0, opens - now);
  }
  return 0;
}

/** What the clocks skip in spring is the moment after. */
function instantAt(date: DateTime, minutes: number): number {
  return date.set({ hour: Math.floor(minutes / 60), minute: minutes % 60 }).toMillis();
}
