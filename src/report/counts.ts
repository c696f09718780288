import type { HazardFinding, SchemaTotals, Severity } from '../contract';
import { created } from '../policy/words';

const WORST_FIRST: Severity[] = ['danger', 'warning', 'info'];

/** `2 danger, 1 warning`; `none` without hazards. */
export function hazardCounts(hazards: HazardFinding[]): string {
  const parts = WORST_FIRST.flatMap((severity) => {
    const n = hazards.filter((hazard) => hazard.severity === severity).length;
    return n === 0 ? [] : [`${n} ${severity}`];
  });
  return parts.join(', ') || 'none';
}

/** `100 tables, 520 columns, 34 indexes, 25 enums, 200 foreign keys`. */
export function totalsText(totals: SchemaTotals): string {
  return created(totals).join(', ') || 'nothing new';
}
