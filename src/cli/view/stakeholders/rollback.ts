/** How a migration is undone, and what that would cost. Pure. */
import type { MigrationPlan } from '../../../policy/plan';
import { many, places } from './words';

const OVERWRITES = /^(UPDATE|MERGE)\b/;

export function rollback(migration: MigrationPlan): string[] {
  return [[source(migration), ...losses(migration), halfway(migration)].filter((part) => part !== '').join(' ')];
}

/** In a table's cell. */
export function wayBack({ reversal }: MigrationPlan): string {
  const by = { 'down.sql': '`down.sql`', inverses: 'inverses', none: 'none is proven' }[reversal.kind];
  return reversal.lossy ? `${by}; rows are lost` : by;
}

function source({ reversal }: MigrationPlan): string {
  switch (reversal.kind) {
    case 'down.sql':
      return 'By the `down.sql` beside it, which its author wrote; the rehearsal proves that it brings the schema back exactly.';
    case 'inverses':
      return 'By the inverses of its statements, which Lockkeeper writes; the rehearsal proves that they bring the schema back exactly.';
    case 'none':
      return `By nothing that can be proven (${reversal.reason ?? ''}): a person must undo it.`;
  }
}

function losses({ reversal, statements, creates }: MigrationPlan): string[] {
  const overwrites = statements.filter(({ kind }) => OVERWRITES.test(kind)).map(({ line }) => line);
  return [
    reversal.lossy ? '**What it deletes comes back from the backup alone.**' : '',
    overwrites.length === 0
      ? ''
      : `Values that it overwrites (${places(overwrites)}) are in the backup too, and not in the schema.`,
    creates.tables.length === 0
      ? ''
      : `Rows written into its ${many(creates.tables.length, 'new table')} by then are counted; where there are any, undoing it takes a second approval that shows the number, and they are kept aside.`,
  ];
}

function halfway({ segments }: MigrationPlan): string {
  return segments > 1
    ? `It commits in ${many(segments, 'transaction')}: what is committed when a later one fails is undone by itself.`
    : '';
}
