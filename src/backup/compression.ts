import type { PgTools } from '../adapters/pg-tools';
import type { BackupConfig } from '../config/backup';
import { FailureType, permanent } from '../errors';

export type Compression = 'zstd' | 'gzip' | 'none';

/** What `--compress` is told. Before 16, `--compress` knows a level of gzip only; 6 is its default. */
export const COMPRESS: Record<Compression, string> = { zstd: 'zstd', gzip: '6', none: '0' };

/** @throws ApplicationFailure Backup where pg_dump cannot do what is asked. */
export async function compressionOf(
  { format, compression }: BackupConfig,
  tools: PgTools,
  signal?: AbortSignal,
): Promise<Compression> {
  if (format === 'plain') return 'none';
  if (compression === 'gzip' || compression === 'none') return compression;
  if (await tools.hasZstd(signal)) return 'zstd';
  if (compression === 'auto') return 'gzip';
  throw permanent(
    FailureType.Backup,
    `pg_dump ${await tools.release()} does not compress with zstd; set backup.compression to auto, or install one that does (16 or newer).`,
  );
}
