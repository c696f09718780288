/** What there is: the files, the server, and a history that a deployment may build upon. */
import { inspectServer, type ServerFacts } from '../adapters/inspect';
import { readMigrations, type MigrationFolder } from '../adapters/migration-files';
import { migrationList, NO_FILTER, schemaOf, withEngine, type SchemaEngine } from '../adapters/prisma-engine';
import { openSession } from '../adapters/postgres';
import type { Config, Target } from '../config';
import type { TargetFacts } from '../contract';
import { FailureType, permanent } from '../errors';

/** A target, its project and how it stands; what a plan is made from. */
export interface Inspection {
  facts: Omit<TargetFacts, 'schemaFingerprint'>;
  server: ServerFacts;
  migrations: MigrationFolder[];
}

/**
 * Reads the files, the server and the history, and judges the history.
 * @throws ApplicationFailure TargetUnavailable, MigrationFiles, History
 */
export async function inspect(target: Target, config: Config, url: string): Promise<Inspection> {
  const migrations = readMigrations(config.migrationsDir);
  const applicationName = `lockkeeper/inspect/${target.name}`;
  const server = await inspectServer(url, applicationName);
  const diagnosis = await withEngine(
    { schema: schemaOf(url), connect: () => openSession(url, { applicationName, lockTimeoutMs: 2_000 }) },
    (engine) =>
      engine.diagnoseMigrationHistory({
        migrationsList: migrationList(config.migrationsDir, migrations),
        optInToShadowDatabase: false,
        filters: NO_FILTER,
      }),
  );
  refuseForeignSchema(diagnosis, server, schemaOf(url));
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
    `Database ${database} has ${there.length} table(s) and no migration history (P3005); record what is already there with "lockkeeper migrate resolve --applied <migration>", oldest first.`,
  );
}

/** @throws ApplicationFailure History for what a deployment must not build upon; else the pending migrations. */
function judgeHistory(diagnosis: Diagnosis): string[] {
  const { failedMigrationNames: failed, editedMigrationNames: edited, history } = diagnosis;
  const [first = ''] = failed;
  if (failed.length > 0) {
    throw permanent(
      FailureType.History,
      `Migration ${failed.join(', ')} is recorded as failed in _prisma_migrations; look at what it left, then record how you settled it: lockkeeper migrate resolve --rolled-back ${quoted(first)} (or --applied).`,
    );
  }
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
