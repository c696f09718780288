/** Durations, sizes, commands and names as people write them into lockkeeper.yaml. */
import { z } from 'zod';
import { UsageError } from '../errors';

const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;
const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `500ms`, `30s`, `30m`, `24h`, `7d`; parsed to milliseconds. */
export const duration = () =>
  z
    .string()
    .regex(DURATION, 'a duration such as 500ms, 30s, 30m, 24h or 7d')
    .describe('A duration: 500ms, 30s, 30m, 24h or 7d.');

export function durationMs(text: string): number {
  const match = DURATION.exec(text);
  if (!match) throw new UsageError(`"${text}" is not a duration; write 500ms, 30s, 30m, 24h or 7d.`);
  return Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 1));
}

const SIZE = /^(\d+(?:\.\d+)?)\s*(kB|MB|GB|TB)$/;
const UNIT_BYTES: Record<string, number> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** A size such as `500MB` or `20GB`, in decimal units; parsed to bytes. */
export const size = () =>
  z.string().regex(SIZE, 'a size such as 500MB or 20GB').describe('A size: 500kB, 50MB, 20GB or 1TB.');

export function sizeBytes(text: string): number {
  const match = SIZE.exec(text);
  if (!match) throw new UsageError(`"${text}" is not a size; write 500MB or 20GB.`);
  return Math.round(Number(match[1]) * (UNIT_BYTES[match[2] ?? ''] ?? 1));
}

/** A program of the user's own, as a list: nothing passes through a shell. */
export const command = () => z.array(z.string().min(1)).min(1);

export const envName = () => z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');
