/** `<id>.meta`: everything that is known of a backup, as JSON. It is written last; without it there is no backup. */
import { z } from 'zod';
import type { BackupSummary } from '../contract';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileSchema = z.strictObject({ name: z.string(), bytes: z.number().int().min(0), sha256 });
const rangeSchema = z.strictObject({ from: z.string().nullable(), to: z.string().nullable() });

/** docs/OPERATIONS.md explains each key. */
export const metaSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  /** Time of the snapshot, ISO 8601. */
  takenAt: z.string(),
  durationMs: z.number().int(),
  environment: z.string(),
  target: z.string(),
  /** Null for a backup that a person asked for. */
  deployment: z.strictObject({ id: z.string(), round: z.number().int() }).nullable(),
  format: z.enum(['custom', 'directory', 'plain', 'external']),
  /** As pg_dump was told: `zstd`, `gzip`, `none`. */
  compression: z.string(),
  bytes: z.number().int(),
  /** Of the one file; of several, over their `sha256sum` lines. */
  sha256,
  files: z.array(fileSchema),
  /** What the tool that took an external backup calls it. */
  reference: z.string().optional(),
  /** Roles and settings of the server, beside the dump; or why they are not there. */
  globals: z.union([fileSchema, z.strictObject({ missing: z.string() })]),
  tools: z.strictObject({ lockkeeper: z.string(), pgDump: z.string() }),
  server: z.strictObject({ version: z.string(), systemIdentifier: z.string() }),
  database: z.strictObject({
    name: z.string(),
    oid: z.number().int(),
    bytes: z.number().int(),
    encoding: z.string(),
    collate: z.string(),
  }),
  /** Position in the WAL when the snapshot was taken. */
  snapshot: z.strictObject({ lsn: z.string(), timeline: z.number().int() }),
  migrations: z.strictObject({ applied: z.array(z.string()), pending: z.array(z.string()) }),
  contents: z.strictObject({
    algorithm: z.literal('sum-of-mixed-record-hashes'),
    tables: z.record(
      z.string(),
      z.strictObject({
        rows: z.number().int(),
        digest: z.string(),
        sampledOneIn: z.number().int().min(2).optional(),
      }),
    ),
    largeObjects: z.strictObject({ count: z.number().int(), digest: z.string() }),
    sequences: z.record(z.string(), rangeSchema),
  }),
});

export type BackupMeta = z.infer<typeof metaSchema>;
export type BackupFile = z.infer<typeof fileSchema>;

/** `<id>.verified`: a restore of the backup has held what the database held. */
export const verifiedSchema = z.strictObject({
  version: z.literal(1),
  /** Of the backup that was restored. */
  sha256,
  verifiedAt: z.string(),
  restoreMs: z.number().int(),
  serverVersion: z.string(),
});

export type Verified = z.infer<typeof verifiedSchema>;

const ID = /^migration_backup_\d{8}_\d{6}$/;

/** True for what may name a backup; nothing else ever becomes a path. */
export function isBackupId(text: string): boolean {
  return ID.test(text);
}

/** The seed's name of a backup, in UTC so that two hosts agree. */
export function backupId(takenAt: Date): string {
  return `migration_backup_${takenAt.toISOString().replace(/[-:]/g, '').replace('T', '_').slice(0, 15)}`;
}

const EXTENSION = { custom: 'dump', directory: 'dir', plain: 'sql', external: 'external' } as const;

export const FORMATS = ['custom', 'directory', 'plain', 'external'] as const;

/** Name of the dump in its store: a file, or a folder of files. */
export function dumpName(id: string, format: BackupMeta['format']): string {
  return `${id}.${EXTENSION[format]}`;
}

export const metaName = (id: string, format: BackupMeta['format']): string => `${dumpName(id, format)}.meta`;
export const verifiedName = (id: string): string => `${id}.verified`;
/** There while the backup is being made, and says by whom. */
export const claimName = (id: string): string => `${id}.claim`;
export const globalsName = (id: string): string => `${id}.globals.sql`;

/** The text of a `.meta`. */
export function writtenMeta(meta: BackupMeta): string {
  return `${JSON.stringify(meta, null, 2)}\n`;
}

export function writtenVerified(verified: Verified): string {
  return `${JSON.stringify(verified, null, 2)}\n`;
}

export function summaryOf(meta: BackupMeta, location: string): BackupSummary {
  const { id, format, bytes, sha256: digest, takenAt } = meta;
  return { id, file: location, format, bytes, sha256: digest, takenAt };
}
