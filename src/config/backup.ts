/** The section `backup` of an environment. */
import { z } from 'zod';
import { command, duration, durationMs, envName, size, sizeBytes } from './quantities';

const storeSchema = z
  .strictObject({
    s3: z
      .strictObject({
        bucket: z.string().min(1),
        prefix: z.string().optional().describe('In front of every key, with its slash: "broxiva/". One a project.'),
        region: z.string().min(1),
        endpoint: z.url().optional().describe("Another server than Amazon's."),
        forcePathStyle: z.boolean().default(false).describe('endpoint/bucket/key instead of bucket.endpoint/key.'),
      })
      .optional()
      .describe('A bucket. Credentials are taken from the environment, never from here.'),
    external: z
      .strictObject({
        create: command().describe('Program and arguments that take a backup and print what it is called.'),
        verify: command().describe('Program and arguments that end with 0 when that backup is good.'),
        env: z.array(envName()).default([]).describe('Environment variables that both are given.'),
      })
      .optional()
      .describe('A tool of your own: a volume snapshot, pgBackRest. docs/OPERATIONS.md has the contract.'),
  })
  .refine(({ s3, external }) => !(s3 && external), 'Name one store: s3 or external')
  .prefault({});

export const backupSchema = z
  .strictObject({
    enabled: z.boolean().default(true),
    dir: z.string().default('backups'),
    format: z.enum(['custom', 'directory', 'plain']).default('custom'),
    compression: z
      .enum(['auto', 'zstd', 'gzip', 'none'])
      .default('auto')
      .describe(
        'auto: zstd where pg_dump has it (16 or newer, if it was built with it), else gzip. The plain format is never compressed.',
      ),
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
    store: storeSchema.describe('Where finished backups go; without it they stay in dir.'),
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
  store: StoreConfig;
}

export type StoreConfig =
  | { kind: 'local' }
  | { kind: 's3'; bucket: string; prefix: string; region: string; endpoint: string | null; forcePathStyle: boolean }
  | { kind: 'external'; create: string[]; verify: string[]; env: string[]; cwd: string };

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
    store: toStore(raw.store, inRoot),
  };
}

function toStore({ s3, external }: z.infer<typeof storeSchema>, inRoot: (path: string) => string): StoreConfig {
  if (s3) return { kind: 's3', ...s3, prefix: s3.prefix ?? '', endpoint: s3.endpoint ?? null };
  return external ? { kind: 'external', ...external, cwd: inRoot('.') } : { kind: 'local' };
}
