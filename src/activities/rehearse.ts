/** rehearse: restores the backup just taken, runs the migrations on it, undoes them, runs them again. Production is not touched. */
import { join } from 'node:path';
import { InverseRecorder } from '../adapters/inverse-recorder';
import { schemaOf } from '../adapters/prisma-engine';
import { likeness } from '../adapters/schema-fingerprint';
import { ScratchDatabases } from '../adapters/scratch';
import { loadParser, parseScript } from '../adapters/sql-parser';
import { rowsInTheWay } from '../adapters/rows-in-the-way';
import type { StatementFailureDetails } from '../adapters/statement-failure';
import { StatementMeter } from '../adapters/statement-meter';
import { withWorkFolder } from '../adapters/work-folder';
import type {
  BackupSummary,
  DeployInput,
  Plan,
  PlannedMigration,
  PlanStep,
  RehearsalSummary,
  ReversalSummary,
  SampledTable,
} from '../contract';
import { ApplicationFailure } from '@temporalio/common';
import { FailureType, permanent } from '../errors';
import { AS_WRITTEN } from '../policy/segments';
import { toStatements } from '../planner/parsing';
import { Foresight } from '../policy/foresight';
import { figures, heldLocks, type MeasuredSegment } from '../policy/measures';
import { questionsAbout } from '../policy/rows-in-the-way';
import { blocks, manualName } from '../policy/statements/locks';
import { restoresRows } from '../policy/sampling';
import { some } from '../policy/words';
import { makeDeploymentFiles, writeMeasures, writeReversals, type DeploymentFiles } from './deployment-files';
import { heartbeating } from './heartbeat';
import type { Deps } from './deps';
import { plannedFolders, type PlannedFolders } from './planned-folders';
import { rehearsalServer, resolve } from './target';
import { ProvingGround, type ProvenStep, type RehearsedStep } from './proving-ground';
import { restoreForRehearsal, type Restoring } from './rehearsal-restore';
import { sampleOf } from './unseen-rows';
import { WrittenForm } from './written-form';
import {
  fingerprintOf,
  rehearsalBench,
  restoreSchema,
  runOn,
  saveSchema,
  urlOf,
  type SchemaState,
  type Watching,
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
        const bench = rehearsalBench(deps, target, input.deploymentId, signal);
        try {
          await loadParser();
          const folders = plannedFolders(deps.config.migrationsDir, migrations);
          const files = await makeDeploymentFiles(deps.config, input.deploymentId);
          const restored = restoresRows(rehearsal) && backup?.format !== 'external' ? backup : null;
          const isSample = rehearsal === 'sample';
          const fixed = { bench, target, steps, folders, files, report, env: deps.env, backup: restored, isSample };
          return await withWorkFolder((workFolder) => rehearseOn({ ...fixed, workFolder }));
        } catch (error) {
          throw asRehearsalFailure(error);
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
  };
}

interface Rehearsal extends Omit<Restoring, 'backup'> {
  steps: PlanStep[];
  folders: PlannedFolders;
  files: DeploymentFiles;
  /** Removed afterwards. */
  workFolder: string;
  /** Null on a schema without rows. */
  backup: BackupSummary | null;
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

/** Runs every step, and keeps the schema before and after each: what the reversals are measured by. */
async function advance(
  rehearsal: Rehearsal,
  ground: string,
  meter: StatementMeter,
): Promise<(RehearsedStep & { durationMs: number })[]> {
  const { bench, steps, folders, report } = rehearsal;
  const rehearsed: (RehearsedStep & { durationMs: number })[] = [];
  const written = new WrittenForm(bench, folders, steps);
  const stateNow = (place: number): Promise<SchemaState> =>
    saveSchema(bench, urlOf(bench, ground), stateFile(rehearsal, place));
  let before = await stateNow(0);
  for (const [place, step] of steps.entries()) {
    report(`rehearsing ${some(step.migrations)}`);
    const recorder = new InverseRecorder();
    const durationMs = await applyOn(bench, ground, step, folders, { recorder, meter }).catch((error: unknown) =>
      withRows(rehearsal, ground, meter, error),
    );
    refuseLongLocks(rehearsal, meter.segments());
    // Nothing is measured any more: the copies are on different databases.
    const [after] = await Promise.all([stateNow(place + 1), written.run(step, before)]);
    await written.compare(step, after);
    rehearsed.push({ step, before, after, inverses: recorder.inverses(), inverse: recorder.whole(), durationMs });
    before = after;
  }
  return rehearsed;
}

/** @throws the failure, with how many rows were in the way of its statement. */
async function withRows(
  { bench }: Rehearsal,
  ground: string,
  { current }: StatementMeter,
  error: unknown,
): Promise<never> {
  if (!(error instanceof ApplicationFailure) || error.type !== FailureType.Statement || !current) throw error;
  const details = error.details?.[0] as StatementFailureDetails;
  const questions = questionsAbout(current, details.sqlstate);
  const told = await bench.scratch.use(ground, (client) => rowsInTheWay(client, questions));
  if (told === null) throw error;
  const message = error.message.replace(/(?= Find the rows: )|$/, () => ` ${told}`);
  throw permanent(FailureType.Statement, message, details);
}

/** @throws ApplicationFailure Rehearsal where the application would wait for longer than it may. */
function refuseLongLocks({ target, backup, isSample }: Rehearsal, segments: MeasuredSegment[]): void {
  const { maxLockMs } = target.environment.rehearsal;
  const longest = segments.flatMap(heldLocks).find(({ heldMs }) => heldMs > maxLockMs);
  if (!longest || !backup) return;
  const { migration, line, relation, mode, heldMs } = longest;
  const [where, held] = isSample
    ? ['On a sample of the rows', 'by estimate, holds']
    : ['On the restored backup', 'held'];
  throw permanent(
    FailureType.Rehearsal,
    `${where}, ${migration}, line ${line} ${held} ${manualName(mode)} on ${relation} for ${seconds(heldMs)} s: ${blocks(mode)} would wait so long, and rehearsal.maxLock allows ${seconds(maxLockMs)} s. Split it, or allow more. Production was not touched.`,
  );
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function stateFile({ files, workFolder }: Rehearsal, place: number): string {
  return place === 0 ? files.schemaBefore : join(workFolder, `schema-${place}.sql`);
}

/** Where a reversal had to be found on a database without rows, all of them are tried again on one that has them. */
async function reverseOnRows(rehearsal: Rehearsal, backup: BackupSummary, proven: ProvenStep[]): Promise<void> {
  const { bench, steps, folders } = rehearsal;
  await restoreForRehearsal({ ...rehearsal, backup });
  const before = await fingerprintOf(bench, 'restored');
  for (const step of steps) await applyOn(bench, 'restored', step, folders);
  for (const { reversal, summary } of proven.toReversed())
    await runOn(bench, 'restored', [{ title: `the reversal of step ${summary.step + 1}`, sql: reversal.sql ?? '' }]);
  if (likeness(await fingerprintOf(bench, 'restored'), before) === 'different')
    throw permanent(FailureType.Rehearsal, 'Undoing every step on the restored backup did not bring its schema back.');
}

/**
 * Once undone, the steps must go in again. What a step wrote into tables that were there before it stays when its schema is
 * undone, and may then be in its own way: that harms no deployment, and is noted on the reversal.
 */
async function applyAgain(
  { bench, steps, folders }: Rehearsal,
  ground: string,
  reversals: ReversalSummary[],
): Promise<void> {
  for (const [place, step] of steps.entries()) {
    try {
      await applyOn(bench, ground, step, folders);
    } catch (error) {
      const reversal = reversals[place];
      if (!isAboutRows(error) || !reversal) throw error;
      const note = `after it the step could not be deployed again, for what it wrote stays: ${error.message}`;
      reversal.reason = [reversal.reason, note].filter(Boolean).join('; ');
      return;
    }
  }
}

/** SQLSTATE classes 21 to 23, which tell of values and constraints, and P0, which functions and DO blocks raise. */
function isAboutRows(error: unknown): error is ApplicationFailure {
  if (!(error instanceof ApplicationFailure) || error.type !== FailureType.Statement) return false;
  return /^(2[123]|P0)/.test((error.details?.[0] as StatementFailureDetails).sqlstate);
}

/** @returns milliseconds. */
function applyOn(
  bench: Workbench,
  purpose: string,
  step: PlanStep,
  folders: PlannedFolders,
  watching: Watching = {},
): Promise<number> {
  const scripts = step.migrations.map((name) => {
    const { sql = '', form = AS_WRITTEN } = folders.get(name) ?? {};
    return { title: name, sql, form };
  });
  return runOn(bench, purpose, scripts, watching);
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
