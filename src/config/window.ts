/** The section `window` of an environment. */
import { z } from 'zod';
import type { MaintenanceWindow } from '../contract';

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const openWindow = z.strictObject({
  days: z.array(z.enum(DAYS)).default([]),
  from: z.string().regex(CLOCK, 'a time of day such as 02:00'),
  to: z.string().regex(CLOCK, 'a time of day such as 04:00'),
  zone: z.string().refine(isZone, 'the IANA name of a time zone, such as Europe/Berlin').default('UTC'),
});

export const windowSchema = openWindow
  .optional()
  .describe('Maintenance window, in UTC unless zone says otherwise; the deployment waits for it after approval.');

export function toWindow(raw: z.infer<typeof windowSchema>): MaintenanceWindow | null {
  if (!raw) return null;
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return {
    days: raw.days.map((day) => DAYS.indexOf(day)),
    from: minutes(raw.from),
    to: minutes(raw.to),
    zone: raw.zone,
  };
}

function isZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
