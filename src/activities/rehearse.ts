/** rehearse: restores the backup just taken, runs the migrations on it, undoes them, runs them again. Production is not touched. */
import { readMigrations, type MigrationFolder } from '../adapters/migration-files';
import { withDatabase } from '../adapters/postgres';
import { ScratchDatabases, scratchName } from '../adapters/scratch';
import { backupOf } from '../backup/catalog';
import { restoreProven } from '../backup/prove';
import { openStore } from '../backup/store';
import type {
  ActivityProgress,
  BackupSummary,
  DeployInput,
  ExecutionForm,
  Plan,
  PlannedMigration,
  PlanStep,
  RehearsalSummary,
} from '../contract';
import { ApplicationFailure } from '@temporalio/common';
import { FailureType, permanent } from '../errors';
import { AS_WRITTEN } from '../policy/segments';
import { deploymentFiles, writeReversals, type DeploymentFiles } from './deployment-files';
import { heartbeating } from './heartbeat';
import type { Deps } from './deps';
import { resolve, type ResolvedTarget } from './target';
import {
  deriveReversal,
  fingerprintOf,
  restoreSchema,
  runOn,
  workbench,
  type DerivedReversal,
  type Workbench,
} from './workbench';

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
        const bench = workbench(deps, target, input.deploymentId, signal);
        try {
          const folders = plannedFolders(deps.config.migrationsDir, migrations);
          const files = await deploymentFiles(deps.config, input.deploymentId);
          return await rehearseOn(
            { bench, target, steps, folders, files, report, env: deps.env },
            rehearsal === 'full' && backup?.format !== 'external' ? backup : null,
          );
        } catch (error) {
          throw asRehearsalFailure(error);
        } finally {
          await bench.scratch.dropAll();
        }
      });
    },

    /** Whatever happened before: no scratch database outlives its deployment. */
    async dropScratch(input: DeployInput): Promise<void> {
      await new ScratchDatabases(resolve(deps, input).url, input.deploymentId).dropAll();
    },
  };
}

/** The files, each with the form that production will run it in. */
type Folders = Map<string, MigrationFolder & { form: ExecutionForm }>;

function plannedFolders(dir: string, migrations: RehearsalRequest['migrations']): Folders {
  const forms = new Map(migrations.map(({ name, form }) => [name, form]));
  return new Map(
    readMigrations(dir).map((folder) => [folder.name, { ...folder, form: forms.get(folder.name) ?? AS_WRITTEN }]),
  );
}

function unrehearsed(steps: PlanStep[]): RehearsalSummary {
  const reversals = steps.map(({ index }) => ({
    step: index,
    source: 'none' as const,
    proven: false,
    reason: 'rehearsal is off',
    digest: '',
  }));
  return { mode: 'off', restoreMs: null, steps: [], reversals, reversible: false };
}

interface Rehearsal {
  bench: Workbench;
  target: ResolvedTarget;
  steps: PlanStep[];
  folders: Folders;
  files: DeploymentFiles;
  report: (progress: ActivityProgress) => void;
  /** Holds the credentials of a bucket. */
  env: NodeJS.ProcessEnv;
}

async function rehearseOn(
  { bench, target, steps, folders, files, report, env }: Rehearsal,
  backup: BackupSummary | null,
): Promise<RehearsalSummary> {
  const restoreMs = backup && (await restore(env, bench, target, backup, report));
  const before = backup && (await fingerprintOf(bench, 'restored'));
  await copySchema(bench, bench.url, files.schemaDump);
  const durations: RehearsalSummary['steps'] = [];
  const reversals: DerivedReversal[] = [];
  for (const step of steps) {
    report(`rehearsing ${step.migrations.join(', ')}`);
    if (backup) durations.push({ step: step.index, durationMs: await applyOn(bench, 'restored', step, folders) });
    const advance = (): Promise<void> => advanceSchema(bench, step, folders, backup === null ? null : files.schemaDump);
    const asWritten = await writtenEnd(bench, step, folders);
    reversals.push(await deriveReversal(bench, step, folders, advance));
    if (asWritten !== null && (await fingerprintOf(bench, 'schema')) !== asWritten) throw endsElsewhere(step);
  }
  await writeReversals(
    files,
    reversals.map(({ sql }) => sql),
  );
  const summaries = reversals.map(({ summary }) => summary);
  const reversible = summaries.every(({ proven }) => proven);
  if (before !== null && reversible) await reverseAndRepeat(bench, steps, folders, reversals, before, report);
  return { mode: backup ? 'full' : 'schema-only', restoreMs, steps: durations, reversals: summaries, reversible };
}

/**
 * What a step that runs online ends in as its files are written: the online form must end in the same.
 * @returns null where nothing of it runs online, or where it needs rows to succeed.
 */
async function writtenEnd(bench: Workbench, { migrations }: PlanStep, folders: Folders): Promise<string | null> {
  const runsOnline = (name: string): boolean => folders.get(name)?.form.blocking.some(({ online }) => online) ?? false;
  if (!migrations.some(runsOnline)) return null;
  await bench.scratch.create('written', { copyOf: 'schema' });
  try {
    for (const name of migrations) await runOn(bench, 'written', name, folders.get(name)?.sql ?? '');
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === FailureType.Statement) return null;
    throw error;
  }
  return fingerprintOf(bench, 'written');
}

function endsElsewhere({ migrations }: PlanStep): ApplicationFailure {
  return permanent(
    FailureType.Rehearsal,
    `On a copy of the schema, ${migrations.join(', ')} ended elsewhere in its online form than as written; write "-- lockkeeper: execution as-written" into the file. Production was not touched.`,
  );
}

/** Makes scratch database `schema` a copy of another's schema without its rows: cheap at any size. */
async function copySchema(bench: Workbench, from: string, file: string): Promise<void> {
  const { signal } = bench;
  await bench.tools.dump({ url: from, format: 'custom', jobs: 1, file, schemaOnly: true, signal });
  await restoreSchema(bench, 'schema', file);
}

/**
 * Runs a step on `schema`. Where it needs rows to succeed, the restored backup has run it already and lends its schema.
 * @param startingSchema file of the schema before the deployment; null without a restored backup.
 */
async function advanceSchema(
  bench: Workbench,
  step: PlanStep,
  folders: Folders,
  startingSchema: string | null,
): Promise<void> {
  try {
    await applyOn(bench, 'schema', step, folders);
  } catch (error) {
    if (startingSchema === null || !(error instanceof ApplicationFailure) || error.type !== FailureType.Statement)
      throw error;
    const restored = withDatabase(bench.url, scratchName(bench.deploymentId, 'restored'));
    await copySchema(bench, restored, `${startingSchema}.step-${step.index}`);
  }
}

/** @returns milliseconds. */
async function applyOn(bench: Workbench, purpose: string, step: PlanStep, folders: Folders): Promise<number> {
  let durationMs = 0;
  for (const name of step.migrations) {
    const folder = folders.get(name);
    durationMs += await runOn(bench, purpose, name, folder?.sql ?? '', folder?.form);
  }
  return durationMs;
}

/** The restore is what proves a backup. @returns milliseconds. */
async function restore(
  env: NodeJS.ProcessEnv,
  { scratch, tools, url, signal }: Workbench,
  { environment }: ResolvedTarget,
  summary: BackupSummary,
  report: (progress: ActivityProgress) => void,
): Promise<number> {
  const store = openStore(environment.backup, env);
  const backup = await backupOf(store, summary);
  if (!backup)
    throw permanent(
      FailureType.Backup,
      `Backup ${summary.file} is not on this host, or is another one than was taken. Nothing was migrated.`,
    );
  const { jobs, dir } = environment.backup;
  const { restoreMs } = await restoreProven({
    backup,
    store,
    tools,
    url,
    scratch,
    ownScratch: null,
    purpose: 'restored',
    jobs,
    dir,
    signal,
    onProgress: report,
  });
  return restoreMs;
}

async function reverseAndRepeat(
  bench: Workbench,
  steps: PlanStep[],
  folders: Folders,
  reversals: DerivedReversal[],
  before: string,
  report: (progress: ActivityProgress) => void,
): Promise<void> {
  report('rehearsing the rollback');
  for (const { sql, summary } of reversals.toReversed()) {
    await runOn(bench, 'restored', `the reversal of step ${summary.step + 1}`, sql ?? '');
  }
  if ((await fingerprintOf(bench, 'restored')) !== before) {
    throw permanent(FailureType.Rehearsal, 'Undoing every step on the restored backup did not bring its schema back.');
  }
  for (const step of steps) await applyOn(bench, 'restored', step, folders);
}

/** A statement that fails here has failed nowhere that matters: the message says so. */
function asRehearsalFailure(error: unknown): unknown {
  if (!(error instanceof ApplicationFailure) || error.type !== FailureType.Statement) return error;
  return permanent(
    FailureType.Rehearsal,
    `On a copy of the database, ${error.message} Production was not touched.`,
    error.details?.[0],
  );
}
