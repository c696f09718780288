/** The whole of `lockkeeper.yaml` -> Config. */
import { dirname, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { TASK_QUEUE } from '../contract';
import { environmentSchema, toEnvironment, type Environment } from './environment';
import { checkOrder } from './order';
import { envName } from './quantities';

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
  environments: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'letters, digits, ".", "_" and "-"'), environmentSchema)
    .superRefine(checkOrder),
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
      mode: z
        .enum(['socket', 'http'])
        .default('socket')
        .describe(
          'How clicks reach `lockkeeper slack`: by a socket that it opens to Slack, or by requests to `host` and `port`.',
        ),
      tokenEnv: envName().default('SLACK_BOT_TOKEN'),
      appTokenEnv: envName()
        .default('SLACK_APP_TOKEN')
        .describe('For `mode: socket`: an app-level token, `connections:write`.'),
      signingSecretEnv: envName().default('SLACK_SIGNING_SECRET').describe('For `mode: http`.'),
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

export function toConfig(raw: RawConfig, file: string): Config {
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
