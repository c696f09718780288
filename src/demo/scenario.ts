/** What goes wrong on demand: `--fail <step>`. Each is a real fault of the world around; the product knows nothing of it. */
import { chmodSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DeploymentStatus, Phase } from '../contract';
import { withClient } from './stage';

export const FAILING_STEPS = ['backup', 'approve', 'migrate', 'verify', 'monitor'] as const;
export type FailingStep = (typeof FAILING_STEPS)[number];

export interface Project {
  /** Folder of the demo's lockkeeper.yaml. */
  root: string;
  migrations: string;
  url: string;
  /** PostgreSQL's programs. */
  binDir: string;
}

export interface Scenario {
  /** Told before the curtain rises. */
  says: string;
  /** Merged over the demo's environment. */
  environment?: Record<string, unknown>;
  /** Changes the project before the worker starts. */
  prepare?: (project: Project) => void;
  /** Called on every look at the running deployment. */
  during?: (status: DeploymentStatus, project: Project) => Promise<void>;
  rejects?: string;
  /** Clears up behind `during`. */
  close?: () => Promise<void>;
}

/** Runs `work` the first time that the deployment is in the phase. */
function once(phase: Phase, work: (project: Project) => Promise<void>): NonNullable<Scenario['during']> {
  let done = false;
  return async (status, project) => {
    if (done || status.phase !== phase) return;
    done = true;
    await work(project);
  };
}

export function scenarioFor(step: FailingStep): Scenario {
  return SCENARIOS[step]();
}

const SCENARIOS: Record<FailingStep, () => Scenario> = {
  backup: () => ({ says: 'pg_dump is killed in the middle of the backup.', prepare: killedDump }),
  approve: () => ({ says: 'The approver says no.', rejects: 'Not on the Friday before the sale' }),
  migrate: () => ({
    says: 'An eighth migration makes e-mail addresses unique whatever their case. It passes the rehearsal; then, before it is approved, a customer signs up twice.',
    prepare: addUniqueEmails,
    during: once('approve', signUpTwice),
  }),
  verify: () => ({
    says: 'A health check of the project’s own does not hold after the migrations.',
    environment: {
      verify: {
        checks: [{ name: 'Every paid order has an invoice', sql: `SELECT NOT EXISTS (SELECT FROM orders) AS ok` }],
      },
    },
  }),
  monitor: crowdedPool,
};

/** The schema is still dumped, the data is not: a disk or an operator ends the process half-way. */
function killedDump({ root, binDir }: Project): void {
  const folder = join(root, 'bin');
  mkdirSync(folder, { recursive: true });
  for (const program of readdirSync(binDir))
    if (program !== 'pg_dump') symlinkSync(join(binDir, program), join(folder, program));
  const real = join(binDir, 'pg_dump');
  const script = `#!/bin/sh\ncase "$*" in *--schema-only*|*--version*) exec '${real}' "$@";; esac\n'${real}' "$@" & sleep 0.2; kill -9 $!; wait $!; kill -9 $$\n`;
  writeFileSync(join(folder, 'pg_dump'), script);
  chmodSync(join(folder, 'pg_dump'), 0o755);
  process.env['LOCKKEEPER_PG_BIN'] = folder;
}

function addUniqueEmails({ root, migrations }: Project): void {
  const copy = join(root, 'migrations');
  cpSync(migrations, copy, { recursive: true });
  const folder = join(copy, 'unique_emails_in_any_case');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'migration.sql'),
    'CREATE UNIQUE INDEX "users_email_any_case_key" ON "users"(lower("email"));\n',
  );
}

function signUpTwice({ url }: Project): Promise<void> {
  return withClient(url, async (client) => {
    await client.query(
      `INSERT INTO users (email, display_name) SELECT upper(email), display_name FROM users ORDER BY created_at LIMIT 1`,
    );
  });
}

/** More clients than the pool should ever see, from the moment that the deployment is watched. */
function crowdedPool(): Scenario {
  const crowd: Client[] = [];
  return {
    says: 'Right after the migrations the application opens far more connections than it should.',
    environment: { monitor: { duration: '20s', interval: '1s', thresholds: { critical: ['connection_pool > 60%'] } } },
    during: once('monitor', async ({ url }) => {
      for (let number = 0; number < 42; number++) {
        const client = new Client({ connectionString: url, application_name: 'broxiva-shop' });
        client.on('error', () => undefined);
        crowd.push(client);
        await client.connect();
      }
    }),
    close: async () => {
      await Promise.all(crowd.map((client) => client.end()));
    },
  };
}
