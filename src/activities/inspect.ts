/** inspect, plan and recheck: what there is, what will be done, and whether it still is what people approved. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { schemaFingerprint as fingerprint } from '../adapters/pg-tools';
import type { ServerFacts } from '../adapters/inspect';
import { isConnectionLoss } from '../adapters/statement-failure';
import type { BackupSummary, CheckResult, DeployInput, HazardFinding, Plan, TargetFacts } from '../contract';
import { isIntact } from '../backup/prove';
import { openStore } from '../backup/store';
import { FailureType, permanent } from '../errors';
import { inspect, lookAround, NO_FINDINGS, planInspected } from '../planner';
import { lookEarlier } from '../planner/earlier';
import { judgeOrder } from '../policy/earlier';
import type { FullPlan } from '../policy/plan';
import type { Deps } from './deps';
import { inWords } from './failure';
import { refuseSecond } from './one-at-a-time';
import { slackApprovers } from './slack-approvers';
import { resolve, type ResolvedTarget } from './target';

/** A history payload is small: the workflow carries this many findings, `lockkeeper plan` prints all. */
const CARRIED_HAZARDS = 150;

export interface PlanResult {
  plan: Plan;
  checklist: CheckResult[];
  /** Of the project's configuration. */
  contacts: Record<string, string>;
}

export function createInspect(deps: Deps) {
  return {
    /** @throws ApplicationFailure TargetUnavailable, MigrationFiles, History, Configuration, AlreadyRunning */
    async inspect(input: DeployInput): Promise<TargetFacts> {
      const target = resolve(deps, input);
      return reached(async () => {
        const instance = await refuseSecond(deps, target.url);
        const { facts, server } = await inspect(target, deps.config, target.url);
        const schemaFingerprint = (await checklistStops(deps, target, server))
          ? ''
          : await fingerprint(deps.tools, target.url, { signal: Context.current().cancellationSignal });
        return { ...facts, instance, schemaFingerprint };
      });
    },

    /** @param schemaFingerprint as `inspect` found it. */
    async plan(input: DeployInput, schemaFingerprint: string | null): Promise<PlanResult> {
      const target = resolve(deps, input);
      const inspection = await inspect(target, deps.config, target.url);
      const { url } = target;
      const around = { url, id: input.deploymentId, schemaFingerprint, tools: deps.tools, env: deps.env };
      const [found, reach] = await Promise.all([
        lookAround(inspection, target, deps.config, around),
        slackApprovers(deps, target.environment.approvals),
      ]);
      const full = await planInspected(inspection, target, deps.config, input.requester, deps.tools, {
        ...found,
        slackApprovers: reach,
      });
      return { plan: carried(full, deps, input), checklist: full.checklist, contacts: deps.config.contacts };
    },

    /** @returns what changed since the plan was shown, in words; null when nothing did. @throws ApplicationFailure AlreadyRunning */
    async recheck(
      input: DeployInput,
      approved: { planDigest: string; schemaFingerprint: string; backup: BackupSummary | null },
    ): Promise<string | null> {
      const target = resolve(deps, input);
      const { cancellationSignal: signal } = Context.current();
      await refuseSecond(deps, target.url);
      const inspection = await inspect(target, deps.config, target.url);
      // The fingerprint tells of a change since; what was before it was judged with the plan.
      const full = await planInspected(inspection, target, deps.config, input.requester, deps.tools, NO_FINDINGS);
      if (full.digest !== approved.planDigest)
        return 'The migration files, the policy, or which tables have rows changed after they were approved.';
      if ((await fingerprint(deps.tools, target.url, { signal })) !== approved.schemaFingerprint)
        return 'The schema of the database changed after the plan was approved.';
      const store = openStore(target.environment.backup, deps.env);
      if (approved.backup && !(await isIntact(store, approved.backup, signal)))
        return `Backup ${approved.backup.id} is not the one that was approved.`;
      const earlier = await lookEarlier(target, deps.config, inspection, deps.env);
      const order = earlier && judgeOrder(earlier);
      return order?.status === 'fail' ? order.evidence : null;
    },
  };
}

/** How long the first look waits for a server that restarts: nothing has begun yet, and whoever asked is there to hear. */
const PATIENCE_MS = 6_000;
const LOOK_AGAIN_MS = 500;

/** @throws ApplicationFailure TargetUnavailable, permanent, where the server does not come within `PATIENCE_MS`. */
async function reached<T>(look: () => Promise<T>): Promise<T> {
  const { cancellationSignal: signal } = Context.current();
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(LOOK_AGAIN_MS, undefined, { signal })) {
    try {
      return await look();
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      if (Date.now() >= deadline) throw permanent(FailureType.TargetUnavailable, inWords(error));
    }
  }
}

/** A pg_dump that is missing or older than the server can say nothing of the schema; the check of the backup tells it better. */
async function checklistStops(
  { tools }: Deps,
  { environment }: ResolvedTarget,
  { majorVersion }: ServerFacts,
): Promise<boolean> {
  return environment.backup.enabled && (await tools.version().catch(() => 0)) < majorVersion;
}

function carried(full: FullPlan, deps: Deps, input: DeployInput): Plan {
  const environment = resolve(deps, input).environment;
  // Who prints the metrics is the worker's business, and stays out of the plan.
  const { metrics: _metrics, ...monitor } = environment.monitor;
  let room = CARRIED_HAZARDS;
  const take = (hazards: HazardFinding[]): HazardFinding[] => {
    const taken = hazards.slice(0, Math.max(0, room));
    room -= taken.length;
    return taken;
  };
  return {
    digest: full.digest,
    risk: full.risk,
    migrations: full.migrations.map(({ name, checksum, statements, segments, hazards, form }) => ({
      name,
      checksum,
      statements: statements.length,
      segments,
      hazards: take(hazards),
      form,
    })),
    steps: full.steps,
    totals: full.totals,
    approval: { required: environment.approvals.required, expiryMs: environment.approvals.expiryMs },
    window: environment.window,
    monitor,
    backup: environment.backup.enabled,
    rehearsal: environment.rehearsal.mode,
    slack: deps.slack !== null,
  };
}
