/** migrate: registers the undo of every step, then applies step by step through Prisma's engine and our executor. */
import { Context } from '@temporalio/activity';
import type { ScriptResult, ScriptRun } from '../adapters/executor';
import { KeptSessions } from '../adapters/kept-sessions';
import { underFence } from '../adapters/ledger/fence';
import { markersOfAll, type Marker } from '../adapters/ledger/markers';
import { registerDeployment, registerReversal } from '../adapters/ledger/registrations';
import { readMigrations, unchanged, type MigrationFolder } from '../adapters/migration-files';
import type { Client } from '../adapters/postgres';
import { standing } from '../adapters/prisma-history';
import { replicationGate } from '../adapters/replication';
import { loadParser } from '../adapters/sql-parser';
import { migrationList, NO_FILTER, schemaOf, withEngine, type SchemaEngine } from '../adapters/prisma-engine';
import type {
  DeployInput,
  MaintenanceWindow,
  Plan,
  PlanStep,
  PlannedMigration,
  RehearsalSummary,
  ScriptProgress,
  StatementBudget,
  StepResult,
} from '../contract';
import { FailureType, permanent } from '../errors';
import { budgetOf } from '../policy/measures';
import { migrationsIn } from '../policy/steps';
import { msUntilOpen, WINDOW_CLOSED } from '../policy/window';
import { heartbeating } from './heartbeat';
import type { Deps } from './deps';
import { markerKey, settleHistory } from './resume';
import { deploymentFiles, readReversals } from './deployment-files';
import { StatementWatch } from './statement-watch';
import { cancelOnAbort, own, patienceOf, runSegments, settle, type OwnedSession } from './script';
import { SegmentsAhead } from './segments-ahead';
import { applicationName, resolve, type ResolvedTarget } from './target';

export interface ApplyRequest {
  step: PlanStep;
  /** The step's migrations as planned. */
  migrations: Pick<PlannedMigration, 'name' | 'checksum' | 'form'>[];
  /** Of the step's migrations; null where no rehearsal has told. */
  budgets: StatementBudget[] | null;
  /** In which it has to begin; null for all but a deployment's first step. */
  window: MaintenanceWindow | null;
  /** No step of the deployment follows it. */
  isLast: boolean;
}

export function createApply(deps: Deps) {
  const sessions = new KeptSessions();

  /** In the session of the step before, where that is still there. What fails leaves none to the next. */
  async function inSession<T>(
    { target, deploymentId, isLast }: { target: ResolvedTarget; deploymentId: string; isLast: boolean },
    work: (session: OwnedSession) => Promise<T>,
  ): Promise<T> {
    const attempt = String(Context.current().info.attempt);
    const name = `${applicationName(deploymentId, attempt)} ${target.url}`;
    const session = await own(target, deploymentId, attempt, sessions.take(name));
    let isDone = false;
    try {
      const result = await work(session);
      isDone = true;
      return result;
    } finally {
      if (isDone && !isLast) await sessions.keep(name, session.client);
      else await session.client.end().catch(() => undefined);
    }
  }

  return {
    /**
     * The undo of every step is registered before its step.
     * @throws ApplicationFailure Rehearsal when the proven reversals are not on this host; Changed when a file is not what was planned.
     */
    async registerUndo(
      input: DeployInput,
      plan: Plan,
      rehearsal: RehearsalSummary,
      schemaFingerprint: string,
    ): Promise<void> {
      const target = resolve(deps, input);
      const reversals = await readReversals(deploymentFiles(deps.config, input.deploymentId), rehearsal);
      const folders = readMigrations(deps.config.migrationsDir);
      const { deploymentId } = input;
      const register = async (session: OwnedSession): Promise<void> => {
        await underFence(session.client, session, async () => {
          await registerDeployment(session.client, deploymentId, schemaFingerprint);
          for (const step of plan.steps) {
            const { source = 'none', digest = '' } = rehearsal.reversals[step.index] ?? {};
            const { sql = null, schemaBefore = null, inverses = [] } = reversals[step.index] ?? {};
            const planned = migrationsIn(plan, step);
            const checksums = planned.map((migration) => asPlanned(folders, migration).checksum);
            const segments = planned.reduce((sum, migration) => sum + migration.segments, 0);
            const { index, migrations } = step;
            await registerReversal(session.client, deploymentId, {
              ...{ step: index, migrations, checksums, segments, source, sql, schemaBefore, inverses, digest },
            });
          }
        });
        await settle(session);
      };
      await heartbeating(() => inSession({ target, deploymentId, isLast: plan.steps.length === 0 }, register));
    },

    /** Idempotent: markers and history tell what an earlier attempt did. @throws ApplicationFailure Statement, LockTimeout, Fenced, Changed, WindowClosed */
    async applyStep(input: DeployInput, request: ApplyRequest): Promise<StepResult> {
      const target = resolve(deps, input);
      const { deploymentId } = input;
      return heartbeating((signal, report) =>
        inSession({ target, deploymentId, isLast: request.isLast }, async (session) => {
          const { attempt } = Context.current().info;
          const stopCancelling = cancelOnAbort(target, session, signal);
          const watch = new StatementWatch(target, session, report);
          try {
            return await applyThroughEngine({
              ...{ deps, target, session, request, signal, attempt },
              report: watch.progress,
              pause: report,
            });
          } catch (error) {
            signal.throwIfAborted();
            throw error;
          } finally {
            stopCancelling();
            await watch.stop();
          }
        }),
      );
    },
  };
}

interface Application {
  deps: Deps;
  target: ResolvedTarget;
  session: OwnedSession;
  request: ApplyRequest;
  signal: AbortSignal;
  report: (progress: ScriptProgress) => void;
  /** Told why the step rests. */
  pause: (why: string) => void;
  attempt: number;
}

async function applyThroughEngine(application: Application): Promise<StepResult> {
  const { deps, target, session, request, signal, report, pause } = application;
  const folders = upTo(readMigrations(deps.config.migrationsDir), request);
  const planned = plannedScripts(request, folders);
  const startedAt = Date.now();
  const result: ScriptResult = { statements: 0, resumedSegments: 0, waits: [] };
  // One question for the step instead of one for each of its migrations.
  const scripts = request.migrations.map(({ name, checksum }) => markerKey(name, checksum));
  const markers = await markersOfAll(session.client, scripts);
  if (!(await mayBegin(session.client, request, [...markers.values()])))
    throw permanent(FailureType.WindowClosed, WINDOW_CLOSED);
  await loadParser();
  const ahead = new SegmentsAhead([...planned.values()]);
  const gate = replicationGate(session.client, target.environment.replication, pause, signal);
  await withEngine(
    {
      schema: schemaOf(target.url),
      connect: () => Promise.resolve(session.client),
      keepOpen: true,
      fence: session,
      runScript: async (sql, name, preamble) => {
        const migration = name === null ? undefined : planned.get(name);
        if (migration?.sql !== sql)
          throw permanent(
            FailureType.Changed,
            `The engine wants to run migration ${name ?? 'without a name'}, which this step does not hold; plan again.`,
          );
        const script = markerKey(migration.name, migration.checksum);
        const ran = await runSegments(session, ahead.take(migration), {
          script,
          title: migration.name,
          patience: patienceOf(target),
          budgetOf: boundsOf(request, migration.name),
          gate,
          preamble,
          signal,
          markers: markers.get(script),
          onProgress: report,
        });
        result.statements += ran.statements;
        result.resumedSegments += ran.resumedSegments;
        result.waits.push(...ran.waits);
      },
    },
    async (engine) => {
      await settleHistory(engine, session.client, application.attempt > 1, deps.config.migrationsDir, folders, request);
      await apply(engine, deps.config.migrationsDir, folders);
    },
  );
  await settle(session);
  return { index: request.step.index, durationMs: Date.now() - startedAt, ...result };
}

/**
 * The workflow has asked whether the window is open; but an activity may wait for hours until a worker takes it up, or for its next attempt.
 * What has begun is finished.
 */
async function mayBegin(
  client: Client,
  { window, migrations }: ApplyRequest,
  markers: ReadonlyMap<number, Marker>[],
): Promise<boolean> {
  if (!window || msUntilOpen(Date.now(), window) === 0 || markers.some(({ size }) => size > 0)) return true;
  const begun = await standing(
    client,
    migrations.map(({ name }) => name),
  );
  return begun.length > 0;
}

type PlannedScript = ApplyRequest['migrations'][number] & { sql: string };

function plannedScripts({ migrations }: ApplyRequest, folders: MigrationFolder[]): Map<string, PlannedScript> {
  const files = new Map(folders.map(({ name, sql }) => [name, sql]));
  return new Map(
    migrations.map((migration) => [migration.name, { ...migration, sql: files.get(migration.name) ?? '' }]),
  );
}

function boundsOf({ budgets }: ApplyRequest, name: string): ScriptRun['budgetOf'] {
  const own = budgets?.filter(({ migration }) => migration === name);
  return own && ((segment, statement) => budgetOf(own, segment, statement));
}

function apply(engine: SchemaEngine, baseDir: string, folders: MigrationFolder[]): Promise<unknown> {
  return engine.applyMigrations({ migrationsList: migrationList(baseDir, folders), filters: NO_FILTER });
}

/**
 * The engine applies every unapplied migration of its list: the list ends with this step.
 * @throws ApplicationFailure Changed when a file is not what was planned.
 */
function upTo(all: MigrationFolder[], { migrations }: ApplyRequest): MigrationFolder[] {
  for (const migration of migrations) asPlanned(all, migration);
  const last = migrations.at(-1)?.name ?? '';
  return all.slice(0, all.findIndex((folder) => folder.name === last) + 1);
}

/** @throws ApplicationFailure Changed when the file is not what was planned. */
function asPlanned(all: MigrationFolder[], planned: Pick<PlannedMigration, 'name' | 'checksum'>): MigrationFolder {
  const folder = unchanged(all, planned);
  if (folder) return folder;
  throw permanent(
    FailureType.Changed,
    `Migration ${planned.name} is not the file that was approved; nothing of it was run.`,
  );
}
