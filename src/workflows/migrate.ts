/** migrate: the undo of every step is registered, then step by step. */
import type { PlanStep, StatementBudget } from '../contract';
import { FailureType, permanent } from '../errors';
import { apply } from './activity-options';
import { sample } from './monitor';
import { windowIsOpen } from './prepare';
import type { Run } from './run';
import { isLastStep, migrationsIn } from '../policy/steps';
import { WINDOW_CLOSED } from '../policy/window';
import { first, plural } from '../policy/words';

export async function migrate(run: Run): Promise<void> {
  const { plan, facts } = run.known;
  await run.phase(
    'migrate',
    async () => {
      const { rehearsal } = run.status;
      if (!rehearsal) throw new Error('A deployment cannot migrate before it is rehearsed.');
      run.status.baseline = await sample(run, null, 'baseline');
      const options = { summary: plural(plan.steps.length, 'reversal') };
      await apply.registerUndo.executeWithOptions(options, [run.input, plan, rehearsal, facts.schemaFingerprint]);
      if (!windowIsOpen(run)) throw permanent(FailureType.WindowClosed, WINDOW_CLOSED);
      for (const step of plan.steps) await applyStep(run, step);
    },
    () => plural(plan.migrations.length, 'migration'),
  );
}

async function applyStep(run: Run, step: PlanStep): Promise<void> {
  const { plan } = run.known;
  const progress = run.status.steps[step.index];
  const title = first(step.migrations);
  const migrations = migrationsIn(plan, step).map(({ name, checksum, form }) => ({ name, checksum, form }));
  if (progress) progress.state = 'running';
  run.tell(`${step.index + 1} of ${plan.steps.length}: ${title}`);
  try {
    const { durationMs, waits } = await apply.applyStep.executeWithOptions({ summary: title }, [
      run.input,
      {
        step,
        migrations,
        budgets: budgetsOf(run, step),
        window: step.index === 0 ? plan.window : null,
        isLast: isLastStep(plan, step),
      },
    ]);
    if (progress) Object.assign(progress, { state: 'applied', durationMs, waits });
  } catch (error) {
    if (progress) progress.state = 'failed';
    throw error;
  }
}

function budgetsOf({ status: { rehearsal } }: Run, { migrations }: PlanStep): StatementBudget[] | null {
  const budgets = rehearsal?.figures?.budgets;
  return budgets?.filter(({ migration }) => migrations.includes(migration)) ?? null;
}
