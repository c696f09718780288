import type { PgTools } from '../adapters/pg-tools';
import type { BackupConfig } from '../config/backup';

export type Compression = 'zstd' | 'gzip' | 'none';

/** What `--compress` is told. Before 16, `--compress` knows a level of gzip only; 6 is its default. */
export const COMPRESS: Record<Compression, string> = { zstd: 'zstd', gzip: '6', none: '0' };

export async function compressionOf({ format, compression }: BackupConfig, tools: PgTools): Promise<Compression> {
  if (format === 'plain') return 'none';
  if (compression !== 'auto') return compression;
  return (await tools.version()) >= 16 ? 'zstd' : 'gzip';
}
