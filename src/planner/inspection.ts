/** What there is: the files, the server, and a history that a deployment may build upon. */
import { failedMigrations } from '../adapters/failed-migrations';
import { inspectServer, type ServerFacts } from '../adapters/inspect';
import { requireMigrations, type MigrationFolder } from '../adapters/migration-files';
import { migrationList, NO_FILTER, schemaOf, withEngine, type SchemaEngine } from '../adapters/prisma-engine';
import { openSession, type Client } from '../adapters/postgres';
import type { Config, Target } from '../config';
import type { TargetFacts } from '../contract';
import { FailureType, permanent } from '../errors';
import { judge, type FailedMigration } from '../policy/half-applied';
import { plural } from '../policy/words';

/** A target, its project and how it stands; what a plan is made from. */
export interface Inspection {
  facts: Omit<TargetFacts, 'schemaFingerprint' | 'instance'>;
  server: ServerFacts;
  migrations: MigrationFolder[];
}

/**
 * Reads the files, the server and the history, and judges the history.
 * @throws ApplicationFailure TargetUnavailable, MigrationFiles, History
 */
export async function inspect(target: Target, config: Config, url: string): Promise<Inspection> {
  const migrations = requireMigrations(config.migrationsDir);
  const applicationName = `lockkeeper/inspect/${target.name}`;
  const server = await inspectServer(url, applicationName);
  const connect = (): Promise<Client> => openSession(url, { applicationName, lockTimeoutMs: 2_000 });
  const diagnosis = await withEngine({ schema: schemaOf(url), connect }, (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: migrationList(config.migrationsDir, migrations),
      optInToShadowDatabase: false,
      filters: NO_FILTER,
    }),
  );
  refuseForeignSchema(diagnosis, server, schemaOf(url));
  await refuseFailed(diagnosis, migrations, connect);
  const pending = judgeHistory(diagnosis);
  return {
    server,
    migrations,
    facts: {
      database: server.database,
      serverVersion: server.version,
      systemIdentifier: server.systemIdentifier,
      appliedMigrations: migrations.length - pending.length,
      pending,
      sizeBytes: server.sizeBytes,
    },
  };
}

type Diagnosis = Awaited<ReturnType<SchemaEngine['diagnoseMigrationHistory']>>;

/** Tables without a history: nobody knows which migrations made them. @throws ApplicationFailure History */
function refuseForeignSchema(
  { hasMigrationsTable }: Diagnosis,
  { tables, database }: ServerFacts,
  schema: string,
): void {
  const there = Object.keys(tables).filter((name) => name.startsWith(`${schema}.`));
  if (hasMigrationsTable || there.length === 0) return;
  throw permanent(
    FailureType.History,
    `Database ${database} has ${plural(there.length, 'table')} and no migration history (P3005); record what is already there with "lockkeeper migrate resolve --applied <migration>", oldest first.`,
  );
}

/** P3009, with what can be proven of it and the way on. @throws ApplicationFailure History */
async function refuseFailed(
  { failedMigrationNames: names }: Diagnosis,
  migrations: MigrationFolder[],
  connect: () => Promise<Client>,
): Promise<void> {
  if (names.length === 0) return;
  const client = await connect();
  try {
    const failed = await failedMigrations(client, names, migrations);
    throw permanent(FailureType.History, failed.map(explainFailed).join(' '));
  } finally {
    await client.end();
  }
}

/** What is proven, and the command that goes on from there. */
export function explainFailed(failed: FailedMigration): string {
  const { is, why } = judge(failed);
  const name = quoted(failed.name);
  const next = {
    running: 'wait until it is done, and deploy again',
    'rolled-back': `nothing of it is left; record that, mend what made it fail, and deploy again: lockkeeper migrate resolve --rolled-back ${name}`,
    applied: `look that it is as the file wants it, and record that: lockkeeper migrate resolve --applied ${name}`,
    undo: `undo what it left: lockkeeper rollback ${failed.deployment?.id ?? ''}`,
    unclear: `look at what it left, then record how you settled it: lockkeeper migrate resolve --rolled-back ${name} (or --applied)`,
  }[is];
  return `Migration ${failed.name} is recorded as failed in _prisma_migrations: ${why}; ${next}.`;
}

/** @throws ApplicationFailure History for what a deployment must not build upon; else the pending migrations. */
function judgeHistory(diagnosis: Diagnosis): string[] {
  const { editedMigrationNames: edited, history } = diagnosis;
  if (edited.length > 0) {
    throw permanent(
      FailureType.History,
      `Migration ${edited.join(', ')} was edited after it was applied; restore the file as it was and put the change into a new migration.`,
    );
  }
  if (history === null) return [];
  if (history.diagnostic !== 'databaseIsBehind') {
    throw permanent(
      FailureType.History,
      `The database has migration ${history.unpersistedMigrationNames.join(', ')}, which the project has not; restore its folder from version control.`,
    );
  }
  return history.unappliedMigrationNames;
}

/** As a shell takes it for one word. */
function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
