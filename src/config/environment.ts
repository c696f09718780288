/** One environment: databases under the same rules. */
import { z } from 'zod';
import { BLOCK_LEVELS, type BlockLevel, type MaintenanceWindow } from '../contract';
import { backupSchema, toBackup, type BackupConfig } from './backup';
import { monitorSchema, toMonitor, type MonitorConfig } from './monitor';
import { duration, durationMs, envName, size, sizeBytes } from './quantities';
import { rehearsalSchema, toRehearsal, type RehearsalConfig } from './rehearsal';
import { toWindow, windowSchema } from './window';

const targetSchema = z.strictObject({
  urlEnv: envName().describe(
    'Environment variable that holds a direct PostgreSQL URL (not through a transaction pooler).',
  ),
});

const healthCheckSchema = z.strictObject({
  name: z.string().min(1),
  sql: z.string().min(1).describe('A read-only query; the check passes when its first column is true.'),
});

const sectionsSchema = z.strictObject({
  protected: z
    .boolean()
    .optional()
    .describe(
      'Refuses migrate dev, migrate reset and db push. Default: true for every environment not called dev*, test* or local*.',
    ),
  after: z
    .string()
    .optional()
    .describe(
      'The environment that comes first: what is not applied in its target of the same name stops a deployment here.',
    ),
  targets: z.record(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'letters, digits, ".", "_" and "-"'),
    targetSchema,
  ),
  approvals: z
    .strictObject({
      required: z
        .number()
        .int()
        .min(0)
        .max(10)
        .default(1)
        .describe('Distinct people who must approve; none of them the requester.'),
      expiry: duration().default('24h'),
      approvers: z
        .array(z.string())
        .default([])
        .describe('Ids that may approve (slack:U024BE7LH, cli:alice); empty = anyone but the requester.'),
    })
    .prefault({}),
  window: windowSchema,
  backup: backupSchema,
  rehearsal: rehearsalSchema,
  policy: z
    .strictObject({
      block: z
        .enum(BLOCK_LEVELS)
        .default('never')
        .describe('Hazards of this severity, and worse ones, stop a deployment unless they are allowed or handled.'),
    })
    .prefault({}),
  execution: z
    .enum(['online', 'as-written'])
    .default('online')
    .describe(
      'online: a statement that blocks others runs in a form that does not, where the end state is the same. A file may say "-- lockkeeper: execution as-written".',
    ),
  lockTimeout: duration()
    .default('100ms')
    .describe('Longest wait of one attempt for a lock: the longest that the application waits because of it.'),
  lockBudget: duration().default('5m').describe('Longest time that all attempts for one segment may take.'),
  evict: z
    .strictObject({
      applications: z.array(z.string().min(1)).min(1).describe('Values of application_name.'),
      after: duration().default('30s'),
    })
    .optional()
    .describe(
      'Sessions of these applications that hold a lock in the way for so long have their statement cancelled, and are ended after as long again. Without it nobody is ended.',
    ),
  replication: z
    .strictObject({
      maxLag: duration()
        .default('30s')
        .describe('A replica that is further behind pauses the deployment between segments.'),
      maxSlotWal: size()
        .default('10GB')
        .describe('A replication slot that keeps more WAL pauses the deployment; a slot is never dropped.'),
      patience: duration().default('30m').describe('How long a pause may last before the deployment gives up.'),
    })
    .prefault({}),
  verify: z
    .strictObject({
      criticalTables: z
        .array(z.string())
        .default([])
        .describe('Tables that must be readable; empty = every table with rows, at most 20.'),
      checks: z.array(healthCheckSchema).default([]),
      generate: z.boolean().default(true).describe('Run Prisma Client generation as a health check.'),
    })
    .prefault({}),
  monitor: monitorSchema,
});

export const environmentSchema = sectionsSchema.refine(
  ({ backup, rehearsal }) => backup.format !== 'plain' || toRehearsal(rehearsal).mode !== 'sample',
  {
    path: ['rehearsal'],
    message: 'A sample is taken of a dump that pg_restore reads; use backup.format custom or directory',
  },
);

type RawEnvironment = z.infer<typeof environmentSchema>;

export interface Environment {
  name: string;
  protected: boolean;
  /** The environment whose target of the same name has every migration first; null where none must. */
  after: string | null;
  targets: Record<string, { urlEnv: string }>;
  approvals: { required: number; expiryMs: number; approvers: string[] };
  window: MaintenanceWindow | null;
  backup: BackupConfig;
  rehearsal: RehearsalConfig;
  /** The least severity of a hazard that stops a deployment. */
  block: BlockLevel;
  execution: 'online' | 'as-written';
  lockTimeoutMs: number;
  lockBudgetMs: number;
  replication: { maxLagMs: number; maxSlotBytes: number; patienceMs: number };
  eviction: { applications: string[]; afterMs: number } | null;
  verify: RawEnvironment['verify'];
  monitor: MonitorConfig;
}

export function toEnvironment(name: string, raw: RawEnvironment, inRoot: (path: string) => string): Environment {
  return {
    name,
    protected: raw.protected ?? !/^(dev|test|local)/.test(name),
    after: raw.after ?? null,
    targets: raw.targets,
    approvals: {
      required: raw.approvals.required,
      expiryMs: durationMs(raw.approvals.expiry),
      approvers: raw.approvals.approvers,
    },
    window: toWindow(raw.window),
    backup: toBackup(raw.backup, inRoot),
    rehearsal: toRehearsal(raw.rehearsal),
    block: raw.policy.block,
    execution: raw.execution,
    lockTimeoutMs: durationMs(raw.lockTimeout),
    lockBudgetMs: durationMs(raw.lockBudget),
    replication: {
      maxLagMs: durationMs(raw.replication.maxLag),
      maxSlotBytes: sizeBytes(raw.replication.maxSlotWal),
      patienceMs: durationMs(raw.replication.patience),
    },
    eviction: raw.evict ? { applications: raw.evict.applications, afterMs: durationMs(raw.evict.after) } : null,
    verify: raw.verify,
    monitor: toMonitor(raw.monitor),
  };
}
