/**
 * `lockkeeper.yaml` and the environment -> Config. Reports every mistake at once, each with its path.
 * Secrets are never in the file: it names the environment variables that hold them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { backupSchema, toBackup, type BackupConfig } from './config/backup';
import { duration, durationMs, envName } from './config/quantities';
import { UsageError } from './errors';
import { BLOCK_LEVELS, TASK_QUEUE, type BlockLevel, type MaintenanceWindow, type Threshold } from './contract';

export const CONFIG_FILE = 'lockkeeper.yaml';

/** Broxiva's alert thresholds, verbatim: the defaults of `monitor.thresholds`. */
const SEED_THRESHOLDS = {
  critical: ['cpu_usage > 90%', 'memory_usage > 90%', 'connection_pool > 95%', 'error_rate > 5%'],
  warning: ['cpu_usage > 80%', 'memory_usage > 85%', 'query_time_p95 > 1000ms', 'error_rate > 1%'],
};

const SIZE = /^(\d+(?:\.\d+)?)\s*(kB|MB|GB|TB)$/;
const SIZE_BYTES: Record<string, number> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const size = () =>
  z.string().regex(SIZE, 'a size such as 500MB or 10GB').describe('A size in decimal units: 64kB, 500MB, 10GB, 1TB.');

function sizeBytes(text: string): number {
  const [, value = '0', unit = ''] = SIZE.exec(text) ?? [];
  return Math.round(Number(value) * (SIZE_BYTES[unit] ?? 1));
}

const THRESHOLD = /^([a-z][a-z0-9_]*)\s*([<>])\s*(\d+(?:\.\d+)?)\s*(%|ms)?$/;
const threshold = () =>
  z.string().regex(THRESHOLD, 'a threshold such as "cpu_usage > 90%" or "query_time_p95 > 1000ms"');

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const targetSchema = z.strictObject({
  urlEnv: envName().describe(
    'Environment variable that holds a direct PostgreSQL URL (not through a transaction pooler).',
  ),
});

const healthCheckSchema = z.strictObject({
  name: z.string().min(1),
  sql: z.string().min(1).describe('A read-only query; the check passes when its first column is true.'),
});

const environmentSchema = z.strictObject({
  protected: z
    .boolean()
    .optional()
    .describe(
      'Refuses migrate dev, migrate reset and db push. Default: true for every environment not called dev*, test* or local*.',
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
  window: z
    .strictObject({
      days: z.array(z.enum(DAYS)).default([]),
      from: z.string().regex(CLOCK, 'a time of day such as 02:00 (UTC)'),
      to: z.string().regex(CLOCK, 'a time of day such as 04:00 (UTC)'),
    })
    .optional()
    .describe('Maintenance window in UTC; the deployment waits for it after approval.'),
  backup: backupSchema,
  rehearsal: z.enum(['full', 'schema-only', 'off']).default('full'),
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
  monitor: z
    .strictObject({
      duration: duration().default('30m'),
      interval: duration().default('30s'),
      thresholds: z
        .strictObject({ critical: z.array(threshold()).default([]), warning: z.array(threshold()).default([]) })
        .default(SEED_THRESHOLDS),
    })
    .prefault({}),
});

export const configSchema = z.strictObject({
  project: z
    .strictObject({
      schema: z
        .string()
        .default('prisma/schema.prisma')
        .describe('Prisma schema file or folder, relative to this file.'),
      migrations: z.string().default('prisma/migrations').describe('Folder of the migrations, relative to this file.'),
    })
    .prefault({}),
  environments: z.record(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'letters, digits, ".", "_" and "-"'),
    environmentSchema,
  ),
  temporal: z
    .strictObject({
      taskQueue: z
        .string()
        .min(1)
        .max(200)
        .default(TASK_QUEUE)
        .describe('Task queue of this project: projects that share a namespace need one each.'),
    })
    .prefault({}),
  slack: z
    .strictObject({
      channel: z.string().min(1).default('#broxiva-database'),
      tokenEnv: envName().default('SLACK_BOT_TOKEN'),
      signingSecretEnv: envName().default('SLACK_SIGNING_SECRET'),
      apiUrl: z.url().optional().describe("Slack's Web API; only tests and proxies change it."),
      host: z.string().default('127.0.0.1'),
      port: z.number().int().min(0).max(65535).default(3040),
    })
    .optional(),
  contacts: z.record(z.string(), z.string()).default({
    'Database Team': '#database-team',
    'DevOps Team': '#devops',
    'Backend Team': '#backend',
    'On-call DBA': 'PagerDuty',
    'On-call DevOps': 'PagerDuty',
    'Engineering Manager': 'PagerDuty',
    Email: 'database-team@broxiva.com',
  }),
});

type RawConfig = z.infer<typeof configSchema>;
type RawEnvironment = z.infer<typeof environmentSchema>;

export interface Config {
  /** Absolute path of the configuration file; every relative path in it is relative to its folder. */
  file: string;
  root: string;
  schemaPath: string;
  migrationsDir: string;
  environments: Record<string, Environment>;
  taskQueue: string;
  slack: RawConfig['slack'];
  contacts: Record<string, string>;
}

export interface Environment {
  name: string;
  protected: boolean;
  targets: Record<string, { urlEnv: string }>;
  approvals: { required: number; expiryMs: number; approvers: string[] };
  window: MaintenanceWindow | null;
  backup: BackupConfig;
  rehearsal: 'full' | 'schema-only' | 'off';
  /** The least severity of a hazard that stops a deployment. */
  block: BlockLevel;
  execution: 'online' | 'as-written';
  lockTimeoutMs: number;
  lockBudgetMs: number;
  replication: { maxLagMs: number; maxSlotBytes: number; patienceMs: number };
  eviction: { applications: string[]; afterMs: number } | null;
  verify: RawEnvironment['verify'];
  monitor: { durationMs: number; intervalMs: number; thresholds: Threshold[] };
}

/** One database of one environment, by name; what holds its URL stays in the environment. */
export interface Target {
  environment: Environment;
  name: string;
  urlEnv: string;
}

/**
 * Reads and checks the configuration.
 * @param file path of the file; without it `lockkeeper.yaml` is looked for here and in the folders above.
 * @throws UsageError naming every mistake with its path.
 */
export function loadConfig(file?: string, cwd: string = process.cwd()): Config {
  const path = file === undefined ? findUpwards(cwd) : resolve(cwd, file);
  if (!path || !existsSync(path)) {
    throw new UsageError(
      `No ${file ?? CONFIG_FILE} found${file ? '' : ` in ${cwd} or above`}; run "lockkeeper init" to write one.`,
    );
  }
  return parseConfig(readConfig(path), path);
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}).`);
  }
}

/** @throws UsageError naming every mistake with its path. */
export function parseConfig(text: string, path: string): Config {
  const value = yamlValue(text, path);
  if (value === null) throw new UsageError(`${path} is empty; remove it and run "lockkeeper init" to write one.`);
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(top level)'}: ${mistake(issue)}`);
    throw new UsageError(`${path} has ${lines.length} mistake${lines.length === 1 ? '' : 's'}:\n${lines.join('\n')}`);
  }
  return toConfig(parsed.data, path);
}

/** @throws UsageError with line and column of every mistake. */
function yamlValue(text: string, path: string): unknown {
  const invalid = (messages: string[]): UsageError =>
    new UsageError(`${path} is not valid YAML:\n${messages.map((message) => `  ${message}.`).join('\n')}`);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter });
  const at = (offset: number): string =>
    `line ${lineCounter.linePos(offset).line}, column ${lineCounter.linePos(offset).col}`;
  if (document.errors.length > 0) {
    throw invalid(document.errors.map(({ message, pos }) => `${at(pos[0])}: ${message}`));
  }
  try {
    return document.toJS();
  } catch (error) {
    // Aliases are resolved only here.
    throw invalid([(error as Error).message]);
  }
}

function mistake(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return `a name must be ${issue.issues[0]?.message ?? 'plain'}.`;
  return issue.code === 'invalid_format' ? `must be ${issue.message}.` : `${issue.message}.`;
}

function toConfig(raw: RawConfig, file: string): Config {
  const root = dirname(file);
  const inRoot = (path: string): string => (isAbsolute(path) ? path : resolve(root, path));
  return {
    file,
    root,
    schemaPath: inRoot(raw.project.schema),
    migrationsDir: inRoot(raw.project.migrations),
    environments: Object.fromEntries(
      Object.entries(raw.environments).map(([name, environment]) => [name, toEnvironment(name, environment, inRoot)]),
    ),
    taskQueue: raw.temporal.taskQueue,
    slack: raw.slack,
    contacts: raw.contacts,
  };
}

function toEnvironment(name: string, raw: RawEnvironment, inRoot: (path: string) => string): Environment {
  return {
    name,
    protected: raw.protected ?? !/^(dev|test|local)/.test(name),
    targets: raw.targets,
    approvals: {
      required: raw.approvals.required,
      expiryMs: durationMs(raw.approvals.expiry),
      approvers: raw.approvals.approvers,
    },
    window: raw.window ? toWindow(raw.window) : null,
    backup: toBackup(raw.backup, inRoot),
    rehearsal: raw.rehearsal,
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
    monitor: {
      durationMs: durationMs(raw.monitor.duration),
      intervalMs: durationMs(raw.monitor.interval),
      thresholds: [
        ...raw.monitor.thresholds.critical.map((text) => parseThreshold('critical', text)),
        ...raw.monitor.thresholds.warning.map((text) => parseThreshold('warning', text)),
      ],
    },
  };
}

function toWindow(raw: NonNullable<RawEnvironment['window']>): MaintenanceWindow {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return { days: raw.days.map((day) => DAYS.indexOf(day)), from: minutes(raw.from), to: minutes(raw.to) };
}

function parseThreshold(level: Threshold['level'], text: string): Threshold {
  const match = THRESHOLD.exec(text);
  if (!match) throw new UsageError(`"${text}" is not a threshold.`);
  const [, metric = '', op = '>', value = '0', unit = ''] = match;
  return { level, metric, op: op as Threshold['op'], value: Number(value), unit: unit as Threshold['unit'] };
}

/** @throws UsageError naming what exists, when the environment or the target does not. */
export function resolveTarget(config: Config, environmentName?: string, targetName?: string): Target {
  const environment = pick(config.environments, environmentName, 'environment', config.file);
  const name = pickName(environment.targets, targetName, `target of ${environment.name}`, config.file);
  const target = environment.targets[name];
  if (!target) throw new UsageError(`No target ${name} in ${config.file}.`);
  return { environment, name, urlEnv: target.urlEnv };
}

function pick<T>(all: Record<string, T>, name: string | undefined, what: string, file: string): T {
  const found = all[pickName(all, name, what, file)];
  if (found === undefined) throw new UsageError(`No ${what} in ${file}.`);
  return found;
}

function pickName(all: Record<string, unknown>, name: string | undefined, what: string, file: string): string {
  const names = Object.keys(all);
  if (name === undefined) {
    const [only] = names;
    if (names.length === 1 && only !== undefined) return only;
    throw new UsageError(`Say which ${what}: ${names.join(', ') || 'none is'} defined in ${file}.`);
  }
  if (!Object.hasOwn(all, name)) {
    throw new UsageError(`Unknown ${what} "${name}"; ${file} defines ${names.join(', ') || 'none'}.`);
  }
  return name;
}

/**
 * The target's connection URL from its environment variable.
 * @throws UsageError when the variable is unset or is not a PostgreSQL URL; the value itself is never printed.
 */
export function targetUrl(target: Target, env: NodeJS.ProcessEnv = process.env): string {
  const value = env[target.urlEnv];
  if (!value) {
    throw new UsageError(
      `${target.urlEnv} is not set: it must hold the PostgreSQL URL of target ${target.name} in environment ${target.environment.name}.`,
    );
  }
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw new UsageError(
      `${target.urlEnv} is not a URL; write postgresql://user:password@host:5432/database (special characters percent-encoded).`,
    );
  }
  if (!['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2) {
    throw new UsageError(
      `${target.urlEnv} is not a PostgreSQL URL with a database name; write postgresql://user:password@host:5432/database.`,
    );
  }
  return value;
}

function findUpwards(from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = resolve(folder, CONFIG_FILE);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return null;
  }
}
