import type { ParsedStatement } from '../../adapters/sql-parser';
import { as, keyOf, relationOf } from '../statements/ast';
import { blocks, manualName, strength } from '../statements/locks';
import type { Hazard, HazardContext, Step } from './hazard';
import { isBulkWrite } from './names';

/** A quick change under a strong lock is harmless until something slow follows it in the same transaction. */
export const hazard: Hazard = {
  id: 'lock-held-during-scan',
  docs: 'https://www.postgresql.org/docs/current/explicit-locking.html',
  onlineForm: false,
  handledApart: true,
  detect(statement, context) {
    const step = context.steps[context.position];
    const slow = step?.statement === statement ? slowPart(step, context.sameTransaction, context) : null;
    // Said once a transaction, at its first slow statement.
    if (!slow || context.sameTransaction.some((each, place, all) => slowPart(each, all.slice(0, place), context)))
      return [];
    const { scanned, held, own } = slow;
    const same = keyOf(held.relation) === keyOf(scanned);
    return context
      .whileBusy(scanned, 'read', (howLong) => ({
        message: `${context.facts.kind} goes over ${scanned} ${howLong}. An earlier statement of the transaction still holds ${manualName(held.mode)} on ${same ? 'it' : held.relation}: ${blocks(held.mode)} there wait all that time.`,
        saferSql: '-- this statement, and what comes after it, in a migration of its own',
      }))
      .map((finding) => ({
        ...finding,
        // A statement that blocks by itself has its own finding; one that is made to run beside others is spoilt by this.
        severity: finding.severity === 'danger' && own >= strength('ShareLock') ? 'warning' : finding.severity,
      }));
  },
};

/** Has a hazard of its own. */
function writesOldRows(statement: ParsedStatement, { isNew }: HazardContext): boolean {
  const insert = as(statement.node, 'InsertStmt');
  return isBulkWrite(statement) && !(insert && isNew(relationOf(insert.relation)));
}

/** What a statement reads whole, and the lock from before it that is stronger than its own. */
function slowPart(
  { statement, facts }: Step,
  earlier: readonly Step[],
  context: HazardContext,
): { scanned: string; held: { relation: string; mode: string }; own: number } | null {
  const scanned = writesOldRows(statement, context)
    ? undefined
    : facts.scanned.find((table) => !context.isNew(table) && context.rows(table) !== 0);
  if (scanned === undefined) return null;
  const own = facts.contested.reduce((strongest, { mode }) => Math.max(strongest, strength(mode)), 0);
  const held = earlier
    .flatMap((step) => step.facts.contested)
    .filter(({ mode }) => strength(mode) > own && strength(mode) >= strength('ShareLock'))
    .sort((a, b) => strength(b.mode) - strength(a.mode))[0];
  return held ? { scanned, held, own } : null;
}
