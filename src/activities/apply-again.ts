/** The reversals and the steps once more, on a copy with rows: what only those can show. */
import { ApplicationFailure } from '@temporalio/common';
import { likeness } from '../adapters/schema-fingerprint';
import type { StatementFailureDetails } from '../adapters/statement-failure';
import type { BackupSummary, ReversalSummary } from '../contract';
import { FailureType, permanent } from '../errors';
import { scriptsOf } from './planned-folders';
import type { ProvenStep } from './proving-ground';
import { restoreForRehearsal } from './rehearsal-restore';
import type { Rehearsal } from './rehearsal-steps';
import { fingerprintOf, runOn } from './workbench';

/** Where a reversal had to be found on a database without rows, all of them are tried again on one that has them. */
export async function reverseOnRows(rehearsal: Rehearsal, backup: BackupSummary, proven: ProvenStep[]): Promise<void> {
  const { bench, steps, folders } = rehearsal;
  await restoreForRehearsal({ ...rehearsal, backup });
  const before = await fingerprintOf(bench, 'restored');
  for (const step of steps) await runOn(bench, 'restored', scriptsOf(step, folders));
  for (const { reversal, summary } of proven.toReversed())
    await runOn(bench, 'restored', [{ title: `the reversal of step ${summary.step + 1}`, sql: reversal.sql ?? '' }]);
  if (likeness(await fingerprintOf(bench, 'restored'), before) === 'different')
    throw permanent(FailureType.Rehearsal, 'Undoing every step on the restored backup did not bring its schema back.');
}

/**
 * Once undone, the steps must go in again. What a step wrote into tables that were there before it stays when its schema is
 * undone, and may then be in its own way: that harms no deployment, and is noted on the reversal.
 */
export async function applyAgain(
  { bench, steps, folders }: Rehearsal,
  ground: string,
  reversals: ReversalSummary[],
): Promise<void> {
  for (const [place, step] of steps.entries()) {
    try {
      await runOn(bench, ground, scriptsOf(step, folders));
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
