import { keyOf } from '../statements/ast';
import { blocks, strength } from '../statements/locks';
import { isBulkWrite } from './names';
import type { Hazard } from './hazard';

/** A quick change under a strong lock is harmless until something slow follows it in the same transaction. */
export const hazard: Hazard = {
  id: 'lock-held-during-scan',
  docs: 'https://www.postgresql.org/docs/current/explicit-locking.html',
  onlineForm: false,
  detect(statement, context) {
    const { facts, sameTransaction, steps, position } = context;
    if (!facts.scans || isBulkWrite(statement) || steps[position]?.statement !== statement) return [];
    const own = facts.contested.reduce((strongest, { mode }) => Math.max(strongest, strength(mode)), 0);
    const held = sameTransaction
      .flatMap((step) => step.facts.contested)
      .filter(({ mode }) => strength(mode) > own && strength(mode) >= strength('ShareLock'));
    const worst = held.sort((a, b) => strength(b.mode) - strength(a.mode))[0];
    const scanned = facts.contested.find(
      ({ mode }) => strength(mode) >= strength('ShareUpdateExclusiveLock'),
    )?.relation;
    if (!worst || scanned === undefined) return [];
    return context.whileBusy(scanned, 'scan', (howLong) => ({
      message: `${facts.kind} goes over ${scanned} ${howLong}. The transaction already holds a stronger lock on ${worst.relation}${keyOf(worst.relation) === keyOf(scanned) ? ' itself' : ''}: ${blocks(worst.mode)} there wait all that time.`,
      saferSql: '-- this statement in a migration of its own',
    }));
  },
};
