/** Which backups have served their time. */

export interface KeptBackup {
  id: string;
  /** ISO 8601. */
  takenAt: string;
  /** A restore of it has held what the database held. */
  verified: boolean;
}

export interface Retention {
  /** As many of the newest are kept; null = any number. */
  count: number | null;
  /** Milliseconds; older ones go; null = any age. */
  ageMs: number | null;
}

/** Ids to delete, oldest first: beyond the count, or over the age. Never the newest, and never the newest that is verified. */
export function expiredBackups(backups: KeptBackup[], { count, ageMs }: Retention, now: Date): string[] {
  const newestFirst = [...backups].sort((a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt));
  const newestVerified = newestFirst.find(({ verified }) => verified);
  return newestFirst
    .filter((backup, index) => {
      if (index === 0 || backup === newestVerified) return false;
      const isOld = ageMs !== null && now.getTime() - Date.parse(backup.takenAt) > ageMs;
      return isOld || (count !== null && index >= count);
    })
    .map(({ id }) => id)
    .reverse();
}
