import type { MigrationPlan } from '../../policy/plan';
import { LOCK_MODES } from '../../policy/statements/locks';

/** `AccessExclusive on orders (+2)`: the strongest lock of a migration and the tables it is taken on; '' without locks. */
export function strongestLock({ statements }: MigrationPlan): string {
  const locks = statements.flatMap((statement) => statement.locks);
  const strongest = LOCK_MODES.findLast((mode) => locks.some((lock) => lock.mode === mode));
  if (strongest === undefined) return '';
  const relations = [...new Set(locks.filter((lock) => lock.mode === strongest).map((lock) => lock.relation))];
  const more = relations.length > 1 ? ` (+${relations.length - 1})` : '';
  return `${strongest.replace(/Lock$/, '')} on ${relations[0] ?? ''}${more}`;
}
