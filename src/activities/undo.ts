/** compensate: what undoing would lose, and the undoing itself, newest step first. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { readTables } from '../adapters/inspect';
import { takeFence } from '../adapters/ledger/fence';
import { markersOf, reversalKey, segmentsDone } from '../adapters/ledger/markers';
import {
  invalidIndexesSince,
  ledgerExists,
  recordReversed,
  registeredReversals,
  schemaBefore,
  type RegisteredReversal,
} from '../adapters/ledger/registrations';
import { ensureLedger } from '../adapters/ledger/schema';
import { readLiveSchema } from '../adapters/live-schema';
import { readMigrations } from '../adapters/migration-files';
import { acquireMigrationLock } from '../adapters/migration-lock';
import { schemaFingerprint } from '../adapters/pg-tools';
import { schemaOf } from '../adapters/prisma-engine';
import { likeness, type Likeness } from '../adapters/schema-fingerprint';
import { standing, unfinished } from '../adapters/prisma-history';
import { withSession, type Client } from '../adapters/postgres';
import { loadParser, parseScript } from '../adapters/sql-parser';
import { endOnAbort } from '../backup/end-on-abort';
import { openStore } from '../backup/store';
import type {
  DeployInput,
  ExecutionForm,
  PlanStep,
  ReversalResult,
  RollbackStrategy,
  UndoAssessment,
} from '../contract';
import { FailureType, permanent } from '../errors';
import { sha256 } from '../planner';
import { costText, planRollback, roughly } from '../policy/rollback';
import { unplannedForm } from '../policy/online/form';
import { some } from '../policy/words';
import { heartbeating } from './heartbeat';
import type { Deps } from './deps';
import { inversesOfMarked, settleUnfinished, whyNotPartial } from './partial-reversal';
import { rollbackFacts, type Extent, type Trace } from './rollback-facts';
import { refuseSecond } from './one-at-a-time';
import { keepingOthers, keptRows } from './salvage';
import { claimOf, own, patienceOf, runSql, settle } from './script';
import { applicationName, resolve, type ResolvedTarget } from './target';

export function createUndo(deps: Deps) {
  return {
    /**
     * Takes the fence first: what is seen here stays so, also where nothing is left to undo and an attempt that was
     * stopped before it wrote wakes up.
     * @param undo the deployment whose steps would be reversed.
     */
    async assessUndo(input: DeployInput, undo: string, strategy: RollbackStrategy): Promise<UndoAssessment> {
      const target = resolve(deps, input);
      await loadParser();
      const session = { applicationName: applicationName(input.deploymentId, 'assess'), lockTimeoutMs: 10_000 };
      return withSession(target.url, session, async (client) => {
        if (await ledgerExists(client)) {
          await ensureLedger(client);
          await takeFence(client, claimOf(input.deploymentId, 'assess'));
        }
        return stoppable(client, () => assess(client, deps, target, undo, strategy));
      });
    },

    /** What a rollback by hand starts from. @throws ApplicationFailure Configuration when that deployment never wrote here; AlreadyRunning */
    async rollbackBasis(input: DeployInput, undo: string, strategy: RollbackStrategy): Promise<RollbackBasis> {
      const target = resolve(deps, input);
      await loadParser();
      const instance = await refuseSecond(deps, target.url);
      return withSession(
        target.url,
        { applicationName: applicationName(input.deploymentId, 'basis') },
        async (client) => {
          const schemaFingerprint = await schemaBefore(client, undo);
          if (schemaFingerprint === null)
            throw permanent(
              FailureType.Configuration,
              `Deployment ${undo} never wrote to ${input.environment}/${input.target}; there is nothing to undo.`,
            );
          const assessment = await stoppable(client, () => assess(client, deps, target, undo, strategy));
          const reversals = (await registeredReversals(client, undo)).filter(({ step }) =>
            assessment.steps.includes(step),
          );
          return {
            instance,
            assessment,
            schemaFingerprint,
            steps: reversals.map(({ step, migrations }) => ({ index: step, migrations })),
            approval: target.environment.approvals,
            slack: deps.slack !== null,
            contacts: deps.config.contacts,
          };
        },
      );
    },

    /**
     * Idempotent. Holds Prisma's migration lock meanwhile. An error of the reversal itself is a result, not a failure: nothing
     * of its segment is left.
     * @throws ApplicationFailure LockTimeout, MigrationLockHeld
     */
    async reverseStep(input: DeployInput, undo: string, step: number): Promise<ReversalResult> {
      const target = resolve(deps, input);
      return heartbeating(async (signal, onProgress) => {
        const session = await own(target, input.deploymentId, `undo-${Context.current().info.attempt}`);
        try {
          await acquireMigrationLock(session.client);
          const registered = await registeredReversals(session.client, undo);
          const reversal = registered.find((one) => one.step === step);
          if (!reversal || reversal.reversed) return done(session.client, undo, step, 'It was reversed before.');
          const again = await appliedAgain(session.client, registered);
          if (again !== null) return { step, state: 'failed', detail: again, kept: [] };
          await loadParser();
          await settleUnfinished(session, undo, reversal, { patience: patienceOf(target), onProgress, signal });
          const extent = await extentOf(session.client, reversal, undo);
          const script = reversalKey(undo, step);
          const sql = await reversalSql(session.client, undo, reversal, extent);
          const begun = (await markersOf(session.client, script)).size > 0;
          const reason = await whyNotNow(deps, input, reversal, extent, begun ? '' : sql, signal);
          if (sql === null || reason !== null) return { step, state: 'failed', detail: notUndone(reason), kept: [] };
          const keeping = await keepingOthers(session.client, sql, undo, reversal, registered, schemaOf(target.url));
          await runSql(session, keeping, await formOf(session.client, target, keeping), {
            script,
            title: `the reversal of ${some(reversal.migrations)}`,
            patience: patienceOf(target),
            signal,
          });
          await recordReversed(session.client, session, undo, step, reversal.migrations);
          await settle(session);
          if (extent === 'none')
            return { step, state: 'nothing-to-undo', detail: 'Nothing of it had been committed.', kept: [] };
          const by = extent === 'some' ? 'the inverses of what was there' : reversal.source;
          return await done(session.client, undo, step, `${some(reversal.migrations)} undone by ${by}.`);
        } catch (error) {
          // A lock that did not come will: the workflow tries again later.
          const { type, nonRetryable } = error instanceof ApplicationFailure ? error : {};
          if (nonRetryable && type !== FailureType.LockTimeout && type !== FailureType.MigrationLockHeld)
            return { step, state: 'failed', detail: (error as Error).message, kept: [] };
          throw error;
        } finally {
          await session.client.end().catch(() => undefined);
        }
      });
    },

    /**
     * How the live schema is, to pg_dump's eye, to what it was before a deployment; with an invalid index that was not there before
     * it differs.
     * @param undo that deployment; null where the whole database is what it was before.
     */
    async schemaIs(input: DeployInput, fingerprint: string, undo: string | null): Promise<Likeness> {
      const { url } = resolve(deps, input);
      const signal = Context.current().cancellationSignal;
      const session = { applicationName: applicationName(input.deploymentId, 'compare') };
      const left = undo === null ? [] : await withSession(url, session, (client) => invalidIndexesSince(client, undo));
      return left.length > 0
        ? 'different'
        : likeness(await schemaFingerprint(deps.tools, url, { signal }), fingerprint);
    },
  };
}

export interface RollbackBasis {
  /** As in `TargetFacts`. */
  instance: string;
  assessment: UndoAssessment;
  schemaFingerprint: string;
  /** That are to be undone, newest first. */
  steps: PlanStep[];
  /** Of the project's configuration. */
  contacts: Record<string, string>;
  approval: { required: number; expiryMs: number };
  /** Slack is configured. */
  slack: boolean;
}

/** Counting what others wrote reads tables of any size. */
function stoppable<T>(client: Client, work: () => Promise<T>): Promise<T> {
  return heartbeating((signal) => endOnAbort([client], signal, work));
}

async function assess(
  client: Client,
  deps: Deps,
  { url, environment }: ResolvedTarget,
  undo: string,
  strategy: RollbackStrategy,
): Promise<UndoAssessment> {
  const folders = readMigrations(deps.config.migrationsDir);
  const registered = (await ledgerExists(client)) ? await registeredReversals(client, undo) : [];
  const traces = await withTraces(client, undo, registered);
  const store = openStore(environment.backup, deps.env);
  const request = { deployment: undo, strategy, traces, registered, folders, url, store };
  const plan = planRollback(await rollbackFacts(client, request));
  const shown = {
    undo,
    action: plan.action,
    takes: roughly(plan.takes),
    reversals: traces.map(({ reversal }) => reversal.digest),
  };
  return { steps: traces.map(({ reversal }) => reversal.step), plan, digest: sha256(shown) };
}

/** Steps of which something may be there, newest first. */
async function withTraces(client: Client, deployment: string, registered: RegisteredReversal[]): Promise<Trace[]> {
  const traces: Trace[] = [];
  for (const reversal of registered) {
    if (reversal.reversed) continue;
    const extent = await extentOf(client, reversal, deployment);
    if (extent === 'none' && (await unfinished(client, reversal.migrations)).length === 0) continue;
    traces.push({ reversal: { ...reversal, sql: await reversalSql(client, deployment, reversal, extent) }, extent });
  }
  return traces;
}

async function extentOf(client: Client, reversal: RegisteredReversal, deployment: string): Promise<Extent> {
  const { committed, marked } = await segmentsDone(client, deployment, reversal.migrations);
  if (marked === 0) return 'none';
  return committed === reversal.segments ? 'all' : 'some';
}

/** Reversals were not planned for the tables that are there now: whose locks matter is seen here. */
async function formOf(client: Client, { url }: ResolvedTarget, sql: string): Promise<ExecutionForm> {
  const schema = schemaOf(url);
  const database = { tables: await readTables(client), offline: false, schema };
  return unplannedForm(parseScript(sql), database, await readLiveSchema(client, schema));
}

/** Null when nobody knows how; empty when there is nothing to do. */
async function reversalSql(
  client: Client,
  undo: string,
  reversal: RegisteredReversal,
  extent: Extent,
): Promise<string | null> {
  if (extent === 'none') return '';
  return extent === 'all' ? reversal.sql : inversesOfMarked(client, undo, reversal);
}

/** What is there of a step was never rehearsed alone: its reversal is proven now, before it begins. */
async function whyNotNow(
  deps: Deps,
  input: DeployInput,
  reversal: RegisteredReversal,
  extent: Extent,
  sql: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  return extent === 'some' && sql ? whyNotPartial(deps, input, reversal, sql, signal) : null;
}

/** With the rows that the undo has kept until now, also by an attempt that nobody heard of. */
async function done(client: Client, undo: string, step: number, detail: string): Promise<ReversalResult> {
  const kept = await keptRows(client, undo, 'undo');
  const where = kept.length === 0 ? '' : ` Kept in schema lockkeeper_salvage: ${costText(kept)}.`;
  return { step, state: 'reversed', detail: `${detail}${where}`, kept };
}

/** Prisma's lock is free between two steps. @returns why nothing is undone beneath it, or null where nothing was. */
async function appliedAgain(client: Client, registered: RegisteredReversal[]): Promise<string | null> {
  const undone = registered.filter(({ reversed }) => reversed).flatMap(({ migrations }) => migrations);
  const again = await standing(client, undone);
  if (again.length === 0) return null;
  return `${some(again)} was applied again since it was undone, and not by this deployment; take it back by hand, keep "prisma migrate deploy" from running, and roll back again.`;
}

function notUndone(reason: string | null): string {
  const because = reason === null ? '' : ` (${reason.replace(/\.$/, '')})`;
  return `No reversal was proven for what this step left${because}; nothing was undone.`;
}
