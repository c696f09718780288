/** Holds the online form against the files: on a copy of the schema without rows, what they end in as they are written. */
import { ApplicationFailure } from '@temporalio/common';
import type { PlanStep } from '../contract';
import { FailureType, permanent } from '../errors';
import { AS_WRITTEN } from '../policy/segments';
import { some } from '../policy/words';
import { scriptsOf, type PlannedFolders } from './planned-folders';
import { fingerprintOf, restoreSchema, runOn, type SchemaState, type Workbench } from './workbench';

const PURPOSE = 'written';

export class WrittenForm {
  /** Fingerprint of the copy's schema; null where it is not known, or there is no copy. */
  private stands: string | null = null;
  private readonly lastOnline: number;

  constructor(
    private readonly bench: Workbench,
    private readonly folders: PlannedFolders,
    steps: PlanStep[],
  ) {
    this.lastOnline = steps.findLastIndex((step) => this.runsOnline(step));
  }

  /** Runs the step as its files are written; steps that run no other way are run too, so that one copy serves them all. */
  async run(step: PlanStep, before: SchemaState): Promise<void> {
    if (step.index > this.lastOnline) return;
    if (this.stands !== before.fingerprint) await restoreSchema(this.bench, PURPOSE, before);
    this.stands = null;
    try {
      const scripts = scriptsOf(step, this.folders).map((script) => ({ ...script, form: AS_WRITTEN }));
      await runOn(this.bench, PURPOSE, scripts);
      this.stands = '';
    } catch (error) {
      // It may need rows that the copy has not.
      if (!(error instanceof ApplicationFailure && error.type === FailureType.Statement)) throw error;
    }
  }

  /** After `run`. @throws ApplicationFailure Rehearsal where the online form ended elsewhere. */
  async compare(step: PlanStep, after: SchemaState): Promise<void> {
    if (this.stands === null) return;
    this.stands = after.fingerprint;
    if (!this.runsOnline(step) || (await fingerprintOf(this.bench, PURPOSE)) === after.fingerprint) return;
    throw permanent(
      FailureType.Rehearsal,
      `On a copy of the schema, ${some(step.migrations)} ended elsewhere in its online form than as written; write "-- lockkeeper: execution as-written" into the file. Production was not touched.`,
    );
  }

  private runsOnline({ migrations }: PlanStep): boolean {
    return migrations.some((name) => this.folders.get(name)?.form.blocking.some(({ online }) => online) ?? false);
  }
}
