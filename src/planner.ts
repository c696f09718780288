/** From a project and a target to the facts and the plan: what `lockkeeper plan` prints and a deployment carries. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspectServer, type ServerFacts } from './adapters/inspect';
import { readMigrations, type MigrationFolder } from './adapters/migration-files';
import { createPgTools, type PgTools } from './adapters/pg-tools';
import { migrationList, NO_FILTER, schemaOf, withEngine, type SchemaEngine } from './adapters/prisma-engine';
import { openSession } from './adapters/postgres';
import { loadParser, parseScript, SqlSyntaxError, type ParsedStatement } from './adapters/sql-parser';
import { targetUrl, type Config, type Target } from './config';
import type { Person, TargetFacts } from './contract';
import { FailureType, permanent, UsageError } from './errors';
import { buildPlan, unclosedTransaction, type PendingMigration } from './policy/build-plan';
import { runChecklist, type ChecklistFacts } from './policy/checklist';
import type { FullPlan } from './policy/plan';
import { segmentsOf, type Segment } from './policy/segments';
import { transactionControl } from './policy/statements';
import { requireTool, resolvePostgresClient } from './local';

/** A target, its project and how it stands; what a plan is made from. */
export interface Inspection {
  facts: Omit<TargetFacts, 'schemaFingerprint'>;
  server: ServerFacts;
  migrations: MigrationFolder[];
}

/** PostgreSQL's client tools of this machine. @throws UsageError listing what was tried. */
export async function localPgTools(env: NodeJS.ProcessEnv = process.env): Promise<PgTools> {
  const { path } = requireTool(await resolvePostgresClient({ mode: 'look', env }));
  return createPgTools(path);
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

/** @throws ApplicationFailure MigrationFiles naming file, line and column. */
export async function parsePending(inspection: Inspection): Promise<PendingMigration[]> {
  await loadParser();
  const pending = new Set(inspection.facts.pending);
  return inspection.migrations.filter(({ name }) => pending.has(name)).map(toPending);
}

/** For what the schema is like: an applied file that does not parse any more teaches nothing, and harms nobody. */
function parseApplied({ facts, migrations }: Inspection): ParsedStatement[][] {
  const pending = new Set(facts.pending);
  return migrations
    .filter(({ name }) => !pending.has(name))
    .map(({ sql }) => {
      try {
        return parseScript(sql);
      } catch {
        return [];
      }
    });
}

function toPending({ name, checksum, sql, downSql }: MigrationFolder): PendingMigration {
  const file = `${name}/migration.sql`;
  if (sql.trim() === '')
    throw permanent(FailureType.MigrationFiles, `${file} is empty; write its SQL or remove the folder.`);
  const statements = parseOrFail(sql, file);
  if (downSql !== null) parseOrFail(downSql, `${name}/down.sql`);
  const segments = segmentsOf(statements);
  const open = unclosedTransaction(segments);
  if (open !== null)
    throw permanent(
      FailureType.MigrationFiles,
      `${file}, line ${open}: BEGIN without COMMIT; close the transaction or drop the BEGIN.`,
    );
  const stray = strayEnd(segments);
  if (stray !== null)
    throw permanent(
      FailureType.MigrationFiles,
      `${file}, line ${stray.line}: ${stray.text} without BEGIN; drop it, Lockkeeper commits for you.`,
    );
  return { name, checksum, sql, statements, hasDownSql: downSql !== null };
}

/** A COMMIT of the file's inside our transaction would commit the marker before the statements that follow it. */
function strayEnd(segments: Segment[]): { line: number; text: string } | null {
  const outside = segments.filter(({ kind }) => kind !== 'own-transaction').flatMap(({ statements }) => statements);
  const end = outside.find((statement) => transactionControl(statement) !== null);
  return end ? { line: end.line, text: (end.text.split(/\s/)[0] ?? '').toUpperCase() } : null;
}

function parseOrFail(sql: string, file: string): ParsedStatement[] {
  if (sql.startsWith('\ufeff')) {
    throw permanent(
      FailureType.MigrationFiles,
      `${file} begins with a byte order mark, which PostgreSQL does not accept; save it as UTF-8 without one.`,
    );
  }
  try {
    return parseScript(sql);
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
    throw permanent(
      FailureType.MigrationFiles,
      `${file}, line ${error.line}, column ${error.column}: ${inWords(error)}.`,
    );
  }
}

const STUMBLED_OVER = / at or near "([^]*)"$/;

/** The parser quotes what it stumbled over: a literal, which may be a password, or all that follows an open quote. */
function inWords({ message }: SqlSyntaxError): string {
  const [, token = ''] = STUMBLED_OVER.exec(message) ?? [];
  const isLiteral = /^\w{0,2}&?['$]/.test(token) || message.startsWith('unterminated');
  return isLiteral ? message.replace(STUMBLED_OVER, '') : message;
}

/** The plan of an inspected target, with its checklist. */
export async function planInspected(
  inspection: Inspection,
  target: Target,
  config: Config,
  requester: Person,
  tools: PgTools,
): Promise<FullPlan> {
  const migrations = await parsePending(inspection);
  const plan = buildPlan({
    environment: target.environment.name,
    target: target.name,
    applied: parseApplied(inspection),
    migrations,
    database: { tables: inspection.server.tables, offline: false },
    parse: parseScript,
  });
  const checklist = runChecklist(await checklistFacts(inspection, plan, target, config, requester, tools));
  return { ...plan, digest: digestOf(plan, target, config), checklist };
}

/** What `lockkeeper plan` prints. @throws UsageError or ApplicationFailure in one clear sentence. */
export async function makePlan(
  target: Target,
  config: Config,
  env: NodeJS.ProcessEnv = process.env,
): Promise<FullPlan> {
  const requester: Person = { id: 'cli:plan', name: 'plan' };
  const url = targetUrl(target, env);
  const tools = await localPgTools(env);
  const inspection = await inspect(target, config, url);
  return planInspected(inspection, target, config, requester, tools);
}

/** The plan from the files alone, every migration taken as pending and every table as large. */
export async function makeOfflinePlan(config: Config): Promise<FullPlan> {
  await loadParser();
  const folders = readMigrations(config.migrationsDir);
  if (folders.length === 0) throw new UsageError(`${config.migrationsDir} holds no migrations.`);
  const plan = buildPlan({
    environment: 'offline',
    target: 'files',
    applied: [],
    migrations: folders.map(toPending),
    database: { tables: {}, offline: true },
    parse: parseScript,
  });
  return { ...plan, digest: sha256(plan), checklist: [] };
}

/** Bound to files, their order, and the policy they run under: what changes one of them voids an approval. */
function digestOf(plan: Omit<FullPlan, 'digest' | 'checklist'>, { environment }: Target, config: Config): string {
  const { approvals, window, backup, rehearsal, lockTimeoutMs, lockBudgetMs, verify, monitor } = environment;
  return sha256({
    migrations: plan.migrations.map(({ name, checksum, segments }) => [name, checksum, segments]),
    policy: { approvals, window, backup, rehearsal, lockTimeoutMs, lockBudgetMs, verify, monitor },
    project: { schemaPath: config.schemaPath, migrationsDir: config.migrationsDir },
  });
}

export function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

async function checklistFacts(
  { facts, server }: Inspection,
  plan: Pick<FullPlan, 'migrations'>,
  { environment }: Target,
  config: Config,
  requester: Person,
  tools: PgTools,
): Promise<ChecklistFacts> {
  return {
    environment: environment.name,
    database: facts.database,
    serverVersion: facts.serverVersion,
    serverMajor: server.majorVersion,
    appliedMigrations: facts.appliedMigrations,
    pending: facts.pending.length,
    hazards: plan.migrations.flatMap((migration) => migration.hazards),
    backup: environment.backup.enabled
      ? {
          dir: environment.backup.dir,
          ...backupRoom(environment.backup.dir),
          pgDumpMajor: await tools.version().catch(() => null),
        }
      : null,
    databaseBytes: facts.sizeBytes,
    rehearsal: environment.rehearsal,
    canCreateDatabase: server.canCreateDatabase,
    canKeepLedger: server.canKeepLedger,
    schema: server.schema,
    canCreateTables: server.canCreateTables,
    role: server.role,
    longTransactions: server.longTransactions,
    connections: server.connections,
    approvals: environment.approvals,
    requester,
    contacts: config.contacts,
  };
}

/** Looks at the nearest folder that exists: a checklist writes nothing. */
function backupRoom(dir: string): { writable: boolean; freeBytes: number | null } {
  let folder = dir;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return { writable: true, freeBytes: bavail * bsize };
  } catch {
    return { writable: false, freeBytes: null };
  }
}
