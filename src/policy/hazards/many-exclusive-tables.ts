import { keyOf } from '../statements/ast';
import type { Hazard, HazardContext, Step } from './hazard';
import { dropped, tableRenamed } from './names';

export const hazard: Hazard = {
  id: 'many-exclusive-tables',
  docs: 'https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS',
  onlineForm: false,
  handledApart: true,
  detect(statement, context) {
    const step = context.steps[context.position];
    if (step?.statement !== statement || exclusiveTables([step], context).length === 0) return [];
    const before = exclusiveTables(context.sameTransaction, context);
    const all = exclusiveTables([...context.sameTransaction, step], context);
    // Said once a transaction: where the second table comes in.
    if (before.length > 1 || all.length < 2) return [];
    const whole = exclusiveTables(
      context.steps.filter(({ transaction }) => transaction === step.transaction),
      context,
    );
    return [
      {
        severity: 'warning',
        message: `One transaction takes ACCESS EXCLUSIVE on ${whole.join(', ')} and keeps each until the end: a query that meets them in another order deadlocks, and waiting for the last one blocks all the others.`,
        saferSql: '-- one migration a table, or the same order in which the application locks them',
      },
    ];
  },
};

/** Tables that were there before, under ACCESS EXCLUSIVE, in the order in which they are locked; partitions go with their parent. */
function exclusiveTables(steps: readonly Step[], { schema, before }: HazardContext): string[] {
  const oldNames = new Map<string, string>();
  const names = steps.flatMap(({ statement, facts }) => {
    const indexes = dropped(statement, 'OBJECT_INDEX');
    const tables = facts.contested
      .filter(({ relation, mode }) => mode === 'AccessExclusiveLock' && !indexes.includes(relation))
      .map(({ relation }) => oldNames.get(keyOf(relation)) ?? relation)
      .filter((name) => !schema.index(name) && !before.index(name));
    const rename = tableRenamed(statement);
    if (rename) oldNames.set(keyOf(rename.to), oldNames.get(keyOf(rename.from)) ?? rename.from);
    return tables;
  });
  const distinct = new Map(names.map((name) => [keyOf(name), name]));
  if (distinct.size < 2) return [...distinct.values()];
  const parts = new Set(
    [...distinct.values()].flatMap((name) => before.descendants(name)).map(({ name }) => keyOf(name)),
  );
  return [...distinct].filter(([key]) => !parts.has(key)).map(([, name]) => name);
}
