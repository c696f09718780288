/** restore-swap: the backup is restored beside the live database, its price is shown, and then both exchange their names. */
import type { CompensationSummary, RowCost } from '../contract';
import { costText, priceText } from '../policy/rollback';
import { apply, heavy } from './activity-options';
import type { ApprovalGate } from './approval-gate';
import type { Run } from './run';
import { agreed, nothingYet, patiently, type Undo } from './undoing';

/** Nothing is exchanged without a yes to exactly this price; more written meanwhile is asked about again, or told afterwards. */
export async function exchange(run: Run, people: ApprovalGate, undo: Undo): Promise<CompensationSummary> {
  const summary: CompensationSummary = nothingYet();
  run.status.compensation = summary;
  for (;;) {
    run.tell('restoring the backup beside the database');
    const ready = await patiently(() => heavy.prepareSwap(run.input, undo.deployment));
    if (ready.refusal !== null) return { ...summary, detail: `${ready.refusal} Nothing was exchanged.` };
    const price = priceText({ action: 'restore-swap', takes: ready.takes });
    const note = `Exchanging the database for ${ready.backup} ${price}. Whoever is connected is disconnected for about a second.`;
    if (!(await agreed(run, people, undo.approval, ready.digest, note)))
      return {
        ...summary,
        detail: `Exchanging the database ${price}; nobody approved that, and nothing was exchanged.`,
      };
    run.tell('exchanging the databases');
    const options = { summary: `exchange for ${ready.backup}` };
    const result = await patiently(() =>
      apply.swapDatabases.executeWithOptions(options, [run.input, undo.deployment, ready.digest]),
    );
    if (result.state === 'exchanged') return settled(run, undo, summary, result, ready.backup);
  }
}

async function settled(
  run: Run,
  undo: Undo,
  summary: CompensationSummary,
  { kept, takes }: { kept: string; takes: RowCost[] },
  backup: string,
): Promise<CompensationSummary> {
  const likeness = await patiently(() => heavy.schemaIs(run.input, undo.schemaFingerprint, null));
  const schemaRestored = likeness === 'same';
  const ended = { ...summary, schemaRestored, oldDatabase: kept };
  const alone = takes.length === 0 ? 'No row is only there.' : `Only there: ${costText(takes)}.`;
  const detail = `The database was exchanged for ${backup}; what it was until then is kept as ${kept}. ${alone}`;
  if (!schemaRestored) return { ...ended, detail: `${detail} The schema is not what it was before; compare the two.` };
  return { ...ended, state: 'clean', detail };
}
