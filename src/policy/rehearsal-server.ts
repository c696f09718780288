/** Whether another server can rehearse for the target. Pure. */
import type { Needs, RehearsalServerFacts } from '../adapters/rehearsal-server';
import { some } from './words';

/** @param server what it is called in the sentence. @returns what keeps it from that; null when nothing does. */
export function whyUnfit(
  server: string,
  { major, replica, hasIcu, missingRoles }: Omit<RehearsalServerFacts, 'role' | 'canCreateDatabase'>,
  { provider }: Pick<Needs, 'provider'>,
  targetMajor: number,
): string | null {
  if (replica) return `${server} is a read replica: no scratch database can be made there.`;
  if (major !== targetMajor)
    return `${server} is PostgreSQL ${major} and the target ${targetMajor}; rehearse on the same major version.`;
  if (provider === 'i' && !hasIcu) return `${server} was built without ICU, which sorts the target's text.`;
  if (missingRoles.length > 0)
    return `${server} has no role ${some(missingRoles)}, to whom the target's objects belong or are granted; create the roles there ("pg_dumpall --roles-only" prints them).`;
  return null;
}
