/** `rehearsal`: how much is proven before production, and what it may not cost there. */
import { z } from 'zod';
import { REHEARSAL_MODES, type RehearsalMode } from '../contract';
import { duration, durationMs, envName, size, sizeBytes } from './quantities';

const mode = () => z.enum(REHEARSAL_MODES);

const details = z.strictObject({
  mode: mode().default('full'),
  maxLock: duration()
    .default('1m')
    .describe(
      'A lock that the application would feel and that is held for longer on the restored backup fails the rehearsal.',
    ),
  sampleAbove: size()
    .default('1GB')
    .describe(
      'With mode sample: of a table whose rows take more, about this much is restored, and what others refer to.',
    ),
  urlEnv: envName()
    .optional()
    .describe(
      'Environment variable that holds the URL of another server for the scratch databases: of the same major version, and any database of it.',
    ),
});

export const rehearsalSchema = z
  .union([mode(), details])
  .default('full')
  .describe('A mode, or an object with more: full | sample | schema-only | off.');

export interface RehearsalConfig {
  mode: RehearsalMode;
  maxLockMs: number;
  /** Bytes of rows above which mode `sample` restores a table in part. */
  sampleAboveBytes: number;
  /** Names the server of the scratch databases; null for the target's. */
  urlEnv: string | null;
}

export function toRehearsal(raw: z.infer<typeof rehearsalSchema>): RehearsalConfig {
  const { mode: chosen, maxLock, sampleAbove, urlEnv } = typeof raw === 'string' ? details.parse({ mode: raw }) : raw;
  return {
    mode: chosen,
    maxLockMs: durationMs(maxLock),
    sampleAboveBytes: sizeBytes(sampleAbove),
    urlEnv: urlEnv ?? null,
  };
}
