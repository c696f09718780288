/** From a project and a target to the facts and the plan: what `lockkeeper plan` prints and a deployment carries. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createPgTools, schemaFingerprint, type PgTools } from '../adapters/pg-tools';
import { parseScript } from '../adapters/sql-parser';
import { targetUrl, type Config, type Target } from '../config';
import type { Person } from '../contract';
import { requireTool, resolvePostgresClient } from '../local';
import { buildPlan } from '../policy/build-plan';
import { runChecklist, type ChecklistFacts } from '../policy/checklist';
import { placesText } from '../policy/left-out';
import type { FullPlan } from '../policy/plan';
import { sha256 } from './digest';
import { findDrift, NO_DRIFT } from './drift';
import { lookEarlier } from './earlier';
import { inspect, type Inspection } from './inspection';
import { parseApplied, parsePending } from './parsing';
import { chooseServer } from './rehearsal-server';

export { sha256 } from './digest';
export { explainFailed, inspect, type Inspection } from './inspection';

/** PostgreSQL's client tools of this machine. @throws UsageError listing what was tried. */
export async function localPgTools(env: NodeJS.ProcessEnv = process.env): Promise<PgTools> {
  const { path } = requireTool(await resolvePostgresClient({ mode: 'look', env }));
  return createPgTools(path);
}

/** What the checklist knows of beside the inspection: it takes other databases, and Slack, to find out. */
export type Findings = Pick<ChecklistFacts, 'drift' | 'earlier' | 'rehearsalServer' | 'slackApprovers'>;

/** For who wants the plan of the files alone, whatever was found. */
export const NO_FINDINGS: Findings = {
  drift: NO_DRIFT,
  earlier: null,
  rehearsalServer: { variable: null, role: '', canCreateDatabase: true, unfit: null },
  slackApprovers: null,
};

/**
 * Asks the databases that the checklist needs an answer of, beside the target's own facts.
 * @param id names the scratch database that drift is found out with.
 * @param schemaFingerprint of the target; null or empty where it is not known.
 */
export async function lookAround(
  inspection: Inspection,
  target: Target,
  config: Config,
  { url, id, schemaFingerprint, tools, env }: LookAround,
): Promise<Omit<Findings, 'slackApprovers'>> {
  const rehearsalServer = await chooseServer(target, url, inspection, env);
  const drift = await findDrift(url, inspection, id, { server: rehearsalServer, schemaFingerprint, tools, env });
  return { rehearsalServer, drift, earlier: await lookEarlier(target, config, inspection, env) };
}

export interface LookAround {
  url: string;
  id: string;
  schemaFingerprint: string | null;
  tools: PgTools;
  env: NodeJS.ProcessEnv;
}

/** The plan of an inspected target, with its checklist. */
export async function planInspected(
  inspection: Inspection,
  target: Target,
  config: Config,
  requester: Person,
  tools: PgTools,
  findings: Findings,
): Promise<FullPlan> {
  const migrations = await parsePending(inspection);
  const plan = buildPlan({
    environment: target.environment.name,
    target: target.name,
    applied: parseApplied(inspection),
    migrations,
    database: {
      tables: inspection.server.tables,
      offline: false,
      serverMajor: inspection.server.majorVersion,
      schema: inspection.server.schema,
    },
    parse: parseScript,
    execution: target.environment.execution,
  });
  const facts = await checklistFacts(inspection, plan, target, config, requester, tools);
  const checklist = runChecklist({ ...facts, ...findings });
  return { ...plan, digest: digestOf(plan, target, config), checklist, drift: findings.drift };
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
  // Without a pg_dump that can read the server, the drift is found out all the same.
  const fingerprint = await schemaFingerprint(tools, url).catch(() => null);
  const id = `plan-${randomBytes(4).toString('hex')}`;
  const around = { url, id, schemaFingerprint: fingerprint, tools, env };
  // Slack's token is the worker's.
  const findings = { ...(await lookAround(inspection, target, config, around)), slackApprovers: null };
  return planInspected(inspection, target, config, requester, tools, findings);
}

/** Bound to files, their order, and the policy they run under: what changes one of them voids an approval. */
function digestOf(plan: Pick<FullPlan, 'migrations'>, { environment }: Target, config: Config): string {
  // Everything that decides, whatever is added to it: not how the environment is called, nor where its URLs are.
  const { name: _name, targets: _targets, protected: _protected, ...policy } = environment;
  return sha256({
    migrations: plan.migrations.map(({ name, checksum, form }) => [name, checksum, form]),
    policy,
    project: { schemaPath: config.schemaPath, migrationsDir: config.migrationsDir },
  });
}

async function checklistFacts(
  { facts, server }: Inspection,
  plan: Pick<FullPlan, 'migrations'>,
  { environment }: Target,
  config: Config,
  requester: Person,
  tools: PgTools,
): Promise<Omit<ChecklistFacts, keyof Findings>> {
  return {
    environment: environment.name,
    database: facts.database,
    serverVersion: facts.serverVersion,
    serverMajor: server.majorVersion,
    appliedMigrations: facts.appliedMigrations,
    pending: facts.pending.length,
    hazards: plan.migrations.flatMap((migration) => migration.hazards),
    block: environment.block,
    protected: environment.protected,
    reversals: plan.migrations.map(({ name, reversal }) => ({ name, ...reversal })),
    beyond: beyondOf(plan.migrations),
    rewriteBytes: rewriteBytes(plan.migrations, server.tables, server.schema),
    seesAllActivity: server.seesAllActivity,
    lagSeconds: server.lagSeconds,
    window: environment.window !== null,
    backup: environment.backup.enabled
      ? {
          dir: environment.backup.dir,
          ...backupRoom(environment.backup.dir),
          pgDumpMajor: await tools.version().catch(() => null),
          compressed: environment.backup.format !== 'plain' && environment.backup.compression !== 'none',
          external: environment.backup.store.kind === 'external',
          sampled: largerThan(server.tables, environment.backup.sampleAboveBytes),
        }
      : null,
    databaseBytes: facts.sizeBytes,
    rehearsal: environment.rehearsal.mode,
    sampled: largerThan(server.tables, environment.rehearsal.sampleAboveBytes),
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

function beyondOf(migrations: FullPlan['migrations']): string | null {
  const places = migrations.flatMap(({ name, statements }) =>
    statements.flatMap(({ line, beyond }) => (beyond === null ? [] : [{ migration: name, line, what: beyond }])),
  );
  return places.length === 0 ? null : placesText(places);
}

/** As the backup's samples are chosen: by what the rows take. */
function largerThan(tables: Inspection['server']['tables'], bytes: number | null): string[] {
  return Object.entries(tables)
    .filter(([, { rowBytes = 0 }]) => bytes !== null && rowBytes > bytes)
    .map(([name]) => name);
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

/** Room for second copies: each table that a statement rewrites, and nothing for indexes, which are smaller. */
function rewriteBytes(
  migrations: FullPlan['migrations'],
  tables: Inspection['server']['tables'],
  schema: string,
): number {
  const rewritten = new Set(
    migrations.flatMap(({ statements }) =>
      statements
        .filter(({ rewrites }) => rewrites)
        .flatMap(({ locks }) => locks.filter(({ mode }) => mode === 'AccessExclusiveLock'))
        .map(({ relation }) => (relation in tables ? relation : `${schema}.${relation}`)),
    ),
  );
  return [...rewritten].reduce((sum, name) => sum + (tables[name]?.bytes ?? 0), 0);
}
