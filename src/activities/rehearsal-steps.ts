/** The steps on a copy of the database, one after the other: measured, with the schema before and after each. */
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { InverseRecorder } from '../adapters/inverse-recorder';
import { rowsInTheWay } from '../adapters/rows-in-the-way';
import type { StatementFailureDetails } from '../adapters/statement-failure';
import type { StatementMeter } from '../adapters/statement-meter';
import type { BackupSummary, PlanStep } from '../contract';
import { FailureType, permanent } from '../errors';
import { heldLocks, type MeasuredSegment } from '../policy/measures';
import { questionsAbout } from '../policy/rows-in-the-way';
import { blocks, manualName } from '../policy/statements/locks';
import { some } from '../policy/words';
import type { DeploymentFiles } from './deployment-files';
import { scriptsOf, type PlannedFolders } from './planned-folders';
import type { RehearsedStep } from './proving-ground';
import type { Restoring } from './rehearsal-restore';
import { runOn, saveSchema, urlOf, type SchemaState } from './workbench';
import { WrittenForm } from './written-form';

export interface Rehearsal extends Omit<Restoring, 'backup'> {
  steps: PlanStep[];
  folders: PlannedFolders;
  files: DeploymentFiles;
  /** Removed afterwards. */
  workFolder: string;
  /** Null on a schema without rows. */
  backup: BackupSummary | null;
}

export interface TimedStep extends RehearsedStep {
  durationMs: number;
}

/** Runs every step, and keeps the schema before and after each: what the reversals are measured by. */
export async function advance(rehearsal: Rehearsal, ground: string, meter: StatementMeter): Promise<TimedStep[]> {
  const { bench, steps, folders, report } = rehearsal;
  const rehearsed: TimedStep[] = [];
  const written = new WrittenForm(bench, folders, steps);
  const stateNow = (place: number): Promise<SchemaState> =>
    saveSchema(bench, urlOf(bench, ground), stateFile(rehearsal, place));
  let before = await stateNow(0);
  for (const [place, step] of steps.entries()) {
    report(`rehearsing ${some(step.migrations)}`);
    const recorder = new InverseRecorder();
    const durationMs = await runOn(bench, ground, scriptsOf(step, folders), { recorder, meter }).catch(
      (error: unknown) => withRows(rehearsal, ground, meter, error),
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

export function stateFile({ files, workFolder }: Rehearsal, place: number): string {
  return place === 0 ? files.schemaBefore : join(workFolder, `schema-${place}.sql`);
}
