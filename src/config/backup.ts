/** The section `backup` of an environment. */
import { z } from 'zod';
import { duration, durationMs, size, sizeBytes } from './quantities';

export const backupSchema = z
  .strictObject({
    enabled: z.boolean().default(true),
    dir: z.string().default('backups'),
    format: z.enum(['custom', 'directory', 'plain']).default('custom'),
    compression: z
      .enum(['auto', 'zstd', 'gzip', 'none'])
      .default('auto')
      .describe('auto: zstd where pg_dump is 16 or newer, else gzip. The plain format is never compressed.'),
    jobs: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(2)
      .describe('Parallel dump jobs (directory format), restore jobs, and sessions that compare a restored copy.'),
    throttle: size().optional().describe('Most bytes a second that a dump writes. Not with the directory format.'),
    digests: z
      .strictObject({
        sampleAbove: size()
          .optional()
          .describe('Tables with a primary key that are larger are compared by a sample of about this size.'),
      })
      .prefault({}),
    keep: z
      .strictObject({
        count: z.number().int().min(1).optional().describe('Backups of a target that are kept.'),
        age: duration().optional(),
      })
      .prefault({})
      .describe('Without either, nothing is deleted. The newest backup and the newest verified one never are.'),
  })
  .refine(({ format, throttle }) => !(format === 'directory' && throttle !== undefined), {
    path: ['throttle'],
    message: 'The directory format cannot be throttled: pg_dump writes its files itself; use format custom',
  })
  .prefault({});

export interface BackupConfig {
  enabled: boolean;
  /** Absolute path. */
  dir: string;
  format: 'custom' | 'directory' | 'plain';
  compression: 'auto' | 'zstd' | 'gzip' | 'none';
  jobs: number;
  bytesPerSecond: number | null;
  sampleAboveBytes: number | null;
  keep: { count: number | null; ageMs: number | null };
}

export function toBackup(raw: z.infer<typeof backupSchema>, inRoot: (path: string) => string): BackupConfig {
  const { enabled, format, compression, jobs, throttle, digests, keep } = raw;
  return {
    enabled,
    dir: inRoot(raw.dir),
    format,
    compression,
    jobs,
    bytesPerSecond: throttle === undefined ? null : sizeBytes(throttle),
    sampleAboveBytes: digests.sampleAbove === undefined ? null : sizeBytes(digests.sampleAbove),
    keep: { count: keep.count ?? null, ageMs: keep.age === undefined ? null : durationMs(keep.age) },
  };
}
