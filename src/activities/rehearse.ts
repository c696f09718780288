/** rehearse: restores the backup just taken, runs the migrations on it, undoes them, runs them again. Production is not touched. */
import { contentDigests, differences } from '../adapters/content-digest';
import { readMigrations, type MigrationFolder } from '../adapters/migration-files';
import { ScratchDatabases } from '../adapters/scratch';
import type { BackupSummary, DeployInput, Plan, PlanStep, RehearsalSummary } from '../contract';
import { ApplicationFailure } from '@temporalio/common';
import { FailureType, permanent } from '../errors';
import { readMeta, verifyBackupFile } from './backup';
import { deploymentFiles, writeReversals } from './deployment-files';
import { heartbeating } from './heartbeat';
import type { Deps } from './deps';
import { resolve, type ResolvedTarget } from './target';
import { deriveReversal, fingerprintOf, runOn, type DerivedReversal, type Workbench } from './workbench';

export function createRehearse(deps: Deps) {
  return {
    /** @throws ApplicationFailure Rehearsal, Backup */
    async rehearse(
      input: DeployInput,
      { rehearsal, steps }: Pick<Plan, 'rehearsal' | 'steps'>,
      backup: BackupSummary | null,
    ): Promise<RehearsalSummary> {
      if (rehearsal === 'off') return unrehearsed(steps);
      const target = resolve(deps, input);
      return heartbeating(async (signal, report) => {
        const scratch = new ScratchDatabases(target.url, input.deploymentId);
        const bench: Workbench = {
          scratch,
          tools: deps.tools,
          url: target.url,
          deploymentId: input.deploymentId,
          lockBudgetMs: target.environment.lockBudgetMs,
          signal,
        };
        try {
          return await rehearseOn(deps, bench, target, steps, rehearsal === 'full' ? backup : null, report);
        } catch (error) {
          throw asRehearsalFailure(error);
        } finally {
          await scratch.dropAll();
        }
      });
    },

    /** Whatever happened before: no scratch database outlives its deployment. */
    async dropScratch(input: DeployInput): Promise<void> {
      await new ScratchDatabases(resolve(deps, input).url, input.deploymentId).dropAll();
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
  return { mode: 'off', restoreMs: null, steps: [], reversals, reversible: false };
}

async function rehearseOn(
  deps: Deps,
  bench: Workbench,
  target: ResolvedTarget,
  steps: PlanStep[],
  backup: BackupSummary | null,
  report: (progress: unknown) => void,
): Promise<RehearsalSummary> {
  const folders = new Map(readMigrations(deps.config.migrationsDir).map((folder) => [folder.name, folder]));
  const reversals = await deriveReversals(deps, bench, steps, folders, report);
  const summaries = reversals.map(({ summary }) => summary);
  const reversible = summaries.every(({ proven }) => proven);
  if (!backup) return { mode: 'schema-only', restoreMs: null, steps: [], reversals: summaries, reversible };
  report('restoring the backup');
  const restoreMs = await restore(bench, target, backup);
  const before = await fingerprintOf(bench, 'restored');
  const durations = await applyAll(bench, steps, folders, report);
  if (reversible) await reverseAndRepeat(bench, steps, folders, reversals, before, report);
  return { mode: 'full', restoreMs, steps: durations, reversals: summaries, reversible };
}

/** On a copy of the schema alone: cheap at any size, and exact where it counts. */
async function deriveReversals(
  deps: Deps,
  bench: Workbench,
  steps: PlanStep[],
  folders: Map<string, MigrationFolder>,
  report: (progress: unknown) => void,
): Promise<DerivedReversal[]> {
  const files = await deploymentFiles(deps.config, bench.deploymentId);
  await bench.tools.dump({
    url: bench.url,
    format: 'custom',
    jobs: 1,
    file: files.schemaDump,
    schemaOnly: true,
    signal: bench.signal,
  });
  const database = await bench.scratch.create('schema', 'template0');
  await bench.tools.restore({
    url: bench.url,
    database,
    file: files.schemaDump,
    format: 'custom',
    jobs: 1,
    signal: bench.signal,
  });
  const reversals: DerivedReversal[] = [];
  for (const step of steps) {
    report(`finding the reversal of ${step.migrations.join(', ')}`);
    reversals.push(await deriveReversal(bench, step, folders));
  }
  await writeReversals(
    files,
    reversals.map(({ sql }) => sql),
  );
  return reversals;
}

/** The restore is what proves a backup: every table must hold exactly what it held at the dump's snapshot. */
async function restore(bench: Workbench, target: ResolvedTarget, backup: BackupSummary): Promise<number> {
  const meta = await readMeta(`${backup.file}.meta`);
  if (!meta || !(await verifyBackupFile(backup))) {
    throw permanent(
      FailureType.Backup,
      `Backup ${backup.file} is not on this host, or is damaged: its sha256 does not match. Nothing was migrated.`,
    );
  }
  const startedAt = Date.now();
  const database = await bench.scratch.create('restored', 'template0');
  await bench.tools.restore({
    url: bench.url,
    database,
    file: backup.file,
    format: backup.format,
    jobs: target.environment.backup.jobs,
    signal: bench.signal,
  });
  const restoreMs = Date.now() - startedAt;
  const restored = await bench.scratch.use('restored', async (client) => {
    await client.query('BEGIN READ ONLY');
    return contentDigests(client);
  });
  const differing = differences(meta.tables, restored);
  if (differing.length > 0)
    throw permanent(
      FailureType.Backup,
      `The restored backup differs from the database in ${differing.slice(0, 5).join(', ')}; it is not a backup.`,
    );
  return restoreMs;
}

async function applyAll(
  bench: Workbench,
  steps: PlanStep[],
  folders: Map<string, MigrationFolder>,
  report: (progress: unknown) => void,
): Promise<RehearsalSummary['steps']> {
  const durations: RehearsalSummary['steps'] = [];
  for (const step of steps) {
    report(`rehearsing ${step.migrations.join(', ')}`);
    let durationMs = 0;
    for (const name of step.migrations)
      durationMs += await runOn(bench, 'restored', name, folders.get(name)?.sql ?? '');
    durations.push({ step: step.index, durationMs });
  }
  return durations;
}

async function reverseAndRepeat(
  bench: Workbench,
  steps: PlanStep[],
  folders: Map<string, MigrationFolder>,
  reversals: DerivedReversal[],
  before: string,
  report: (progress: unknown) => void,
): Promise<void> {
  report('rehearsing the rollback');
  for (const { sql, summary } of reversals.toReversed()) {
    await runOn(bench, 'restored', `the reversal of step ${summary.step + 1}`, sql ?? '');
  }
  if ((await fingerprintOf(bench, 'restored')) !== before) {
    throw permanent(FailureType.Rehearsal, 'Undoing every step on the restored backup did not bring its schema back.');
  }
  await applyAll(bench, steps, folders, report);
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
