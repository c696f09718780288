import { keyOf } from '../statements/ast';
import type { Hazard, Step } from './hazard';
import { dropped } from './names';

export const hazard: Hazard = {
  id: 'many-exclusive-tables',
  docs: 'https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS',
  onlineForm: false,
  detect(statement, context) {
    const step = context.steps[context.position];
    if (step?.statement !== statement || exclusiveTables([step]).length === 0) return [];
    const before = exclusiveTables(context.sameTransaction);
    const all = exclusiveTables([...context.sameTransaction, step]);
    // Said once a transaction: where the second table comes in.
    if (before.length > 1 || all.length < 2) return [];
    const whole = exclusiveTables(context.steps.filter(({ transaction }) => transaction === step.transaction));
    return [
      {
        severity: 'warning',
        message: `One transaction takes ACCESS EXCLUSIVE on ${whole.join(', ')} and keeps each until the end: a query that meets them in another order deadlocks, and waiting for the last one blocks all the others.`,
        saferSql: '-- one migration a table, or the same order in which the application locks them',
      },
    ];
  },
};

/** Tables that were there before, under ACCESS EXCLUSIVE, in the order in which they are locked. */
function exclusiveTables(steps: readonly Step[]): string[] {
  const locks = steps.flatMap(({ statement, facts }) => {
    const indexes = dropped(statement, 'OBJECT_INDEX');
    return facts.contested.filter(
      ({ relation, mode }) => mode === 'AccessExclusiveLock' && !indexes.includes(relation),
    );
  });
  return [...new Map(locks.map(({ relation }) => [keyOf(relation), relation])).values()];
}
