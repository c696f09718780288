/** rehearse: restores the backup just taken, runs the migrations on it, undoes them, runs them again. Production is not touched. */
import { ApplicationFailure } from '@temporalio/common';
import { schemaOf } from '../adapters/prisma-engine';
import { ScratchDatabases } from '../adapters/scratch';
import { loadParser, parseScript } from '../adapters/sql-parser';
import { StatementMeter } from '../adapters/statement-meter';
import { withWorkFolder } from '../adapters/work-folder';
import type {
  BackupSummary,
  DeployInput,
  Plan,
  PlannedMigration,
  PlanStep,
  RehearsalSummary,
  SampledTable,
} from '../contract';
import { FailureType, permanent } from '../errors';
import { toStatements } from '../planner/parsing';
import { Foresight } from '../policy/foresight';
import { placesText, type LeftOut } from '../policy/left-out';
import { figures } from '../policy/measures';
import { restoresRows } from '../policy/sampling';
import { applyAgain, reverseOnRows } from './apply-again';
import { makeDeploymentFiles, writeMeasures, writeReversals } from './deployment-files';
import type { Deps } from './deps';
import { heartbeating } from './heartbeat';
import { leftOutOf, plannedFolders } from './planned-folders';
import { ProvingGround, type ProvenStep } from './proving-ground';
import { restoreForRehearsal } from './rehearsal-restore';
import { advance, stateFile, type Rehearsal } from './rehearsal-steps';
import { rehearsalServer, resolve } from './target';
import { sampleOf } from './unseen-rows';
import { rehearsalBench, restoreSchema, saveSchema } from './workbench';

export interface RehearsalRequest extends Pick<Plan, 'rehearsal' | 'steps'> {
  migrations: Pick<PlannedMigration, 'name' | 'form'>[];
}

export function createRehearse(deps: Deps) {
  return {
    /** @throws ApplicationFailure Rehearsal, Backup */
    async rehearse(
      input: DeployInput,
      { rehearsal, steps, migrations }: RehearsalRequest,
      backup: BackupSummary | null,
    ): Promise<RehearsalSummary> {
      if (rehearsal === 'off') return unrehearsed(steps);
      const target = resolve(deps, input);
      return heartbeating(async (signal, report) => {
        const bench = rehearsalBench(deps, target, input.deploymentId, signal);
        try {
          await loadParser();
          const folders = await plannedFolders(deps.config.migrationsDir, migrations, bench.scratchUrl);
          const files = await makeDeploymentFiles(deps.config, input.deploymentId);
          const restored = restoresRows(rehearsal) && backup?.format !== 'external' ? backup : null;
          const isSample = rehearsal === 'sample';
          const fixed = { bench, target, steps, folders, files, report, env: deps.env, backup: restored, isSample };
          return await withWorkFolder((workFolder) => rehearseOn({ ...fixed, workFolder })).catch((error: unknown) => {
            throw asRehearsalFailure(error, leftOutOf(steps, folders));
          });
        } finally {
          await bench.scratch.dropAll();
        }
      });
    },

    /** Whatever happened before: no scratch database outlives its deployment. */
    async dropScratch(input: DeployInput): Promise<void> {
      const target = resolve(deps, input);
      await new ScratchDatabases(target.url, input.deploymentId).dropAll();
      const other = rehearsalServer(deps, target);
      if (other !== null) await new ScratchDatabases(other, input.deploymentId).dropAll();
    },
  };
}

function unrehearsed(steps: PlanStep[]): RehearsalSummary {
  const reversals = steps.map(({ index }) => ({
    step: index,
    source: 'none' as const,
    proven: false,
    reason: 'rehearsal is off',
    digest: '',
  }));
  return {
    mode: 'off',
    server: null,
    restoreMs: null,
    steps: [],
    reversals,
    reversible: false,
    figures: null,
    sample: null,
    leftOut: null,
  };
}

async function rehearseOn(rehearsal: Rehearsal): Promise<RehearsalSummary> {
  const { bench, target, folders, files, report, backup } = rehearsal;
  const ground = backup ? 'restored' : 'schema';
  const restored = backup && (await restoreForRehearsal({ ...rehearsal, backup }));
  if (!backup) await restoreSchema(bench, ground, await saveSchema(bench, bench.url, stateFile(rehearsal, 0)));
  const lacking = restored?.tables ?? [];
  const meter = new StatementMeter(foresight(rehearsal), scales(lacking));
  const rehearsed = await advance(rehearsal, ground, meter);
  const measures = meter.segments();
  await writeMeasures(files, measures);
  const sample = await sampleOf(rehearsal, lacking, measures);
  report('rehearsing the rollback');
  const newest = rehearsed.at(-1);
  const proving = new ProvingGround(bench, ground, newest?.after.fingerprint ?? '', folders);
  const proven: ProvenStep[] = [];
  for (const step of rehearsed.toReversed()) proven.unshift(await proving.prove(step));
  await writeReversals(
    files,
    proven.map(({ reversal }) => reversal),
  );
  const reversals = proven.map(({ summary }) => summary);
  const reversible = reversals.every((summary) => summary.proven);
  if (backup && reversible) {
    if (!proving.isStill(ground)) await reverseOnRows(rehearsal, backup, proven);
    await applyAgain(rehearsal, ground, reversals);
  }
  const left = leftOutOf(rehearsal.steps, folders);
  const durations = backup ? rehearsed.map(({ step, durationMs }) => ({ step: step.index, durationMs })) : [];
  return {
    mode: !backup ? 'schema-only' : sample ? 'sample' : 'full',
    server: bench.scratchUrl === target.url ? null : target.environment.rehearsal.urlEnv,
    restoreMs: restored?.restoreMs ?? null,
    steps: durations,
    reversals,
    reversible,
    figures: figures(measures, backup !== null),
    sample,
    leftOut: left.length > 0 ? placesText(left) : null,
  };
}

/** How many times the rows that a table has there it should have. */
function scales(lacking: SampledTable[]): Map<string, number> {
  return new Map(lacking.map(({ table, rows, kept }) => [table, rows / Math.max(1, kept)]));
}

/** What the plan knew of the statements, from the files of what is applied. */
function foresight({ folders, steps, target }: Rehearsal): Foresight {
  const pending = new Set(steps.flatMap(({ migrations }) => migrations));
  const applied = [...folders.values()].filter(({ name }) => !pending.has(name));
  return new Foresight(applied.flatMap(toStatements), schemaOf(target.url), parseScript);
}

/** A statement that fails here has failed nowhere that matters: the message says so. */
function asRehearsalFailure(error: unknown, left: LeftOut[]): unknown {
  if (!(error instanceof ApplicationFailure) || error.type !== FailureType.Statement) return error;
  const without =
    left.length === 0
      ? ''
      : ` Left out there, because it reaches beyond the database: ${placesText(left)}; what depends on it can be rehearsed on a server that has it already (rehearsal.urlEnv).`;
  return permanent(
    FailureType.Rehearsal,
    `On a copy of the database, ${error.message}${without} Production was not touched.`,
    error.details?.[0],
  );
}
