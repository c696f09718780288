/** The dangers of a migration's statements: one file each beside this one. Pure. */
import type { ExecutionForm, HazardFinding, Risk } from '../../contract';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { StatementFacts } from '../statements';
import { tagOf, type Tag } from '../statements/ast';
import { allowanceFor, type Allowance } from './allowances';
import type { TableFacts } from '../database-facts';
import { sites, type Site, type Start } from './context';
import type { Finding, Hazard } from './hazard';
import { HAZARDS } from './registry';

export { allowances } from './allowances';
export { HAZARDS } from './registry';
export type { Allowance } from './allowances';
export { TableFacts, type DatabaseFacts } from '../database-facts';
export type { Hazard } from './hazard';
export type { TableSize } from './sizes';

export interface FindOptions extends Start {
  /** How the script is executed; marks what that takes away. */
  form?: ExecutionForm;
  /** What people have silenced: still listed, as `info` with their reason. */
  allowances?: Allowance[];
}

/**
 * @param facts of the same statements, in their order, as `describeScript` gives them.
 * @param tables as they are before the script; they stay so.
 */
export function findHazards(
  statements: ParsedStatement[],
  facts: StatementFacts[],
  tables: TableFacts,
  options: FindOptions = {},
): HazardFinding[] {
  const found: HazardFinding[] = [];
  for (const site of sites(statements, facts, tables.clone(), options)) {
    for (const hazard of hazardsOf(tagOf(site.statement.node))) {
      for (const finding of hazard.detect(site.statement, site.context))
        found.push(present(hazard, finding, site, statements, options));
    }
  }
  return found;
}

const byTag = new Map<Tag, Hazard[]>();

/** Of fifty hazards a statement of one type can have but a few. */
function hazardsOf(tag: Tag): Hazard[] {
  const known = byTag.get(tag) ?? HAZARDS.filter(({ on }) => on?.includes(tag) ?? true);
  byTag.set(tag, known);
  return known;
}

function present(
  hazard: Hazard,
  finding: Finding,
  { statement, context }: Site,
  statements: ParsedStatement[],
  options: FindOptions,
): HazardFinding {
  const allowed = allowanceFor(
    hazard.id,
    statements[context.position] ?? statement,
    statements,
    options.allowances ?? [],
  );
  const online = isTakenAway(hazard, context, options.form);
  return {
    id: hazard.id,
    severity: allowed ? 'info' : finding.severity,
    line: statement.line,
    message: [allowed && `Allowed because ${allowed.reason}.`, finding.message, online && hazard.left]
      .filter(Boolean)
      .join(' '),
    saferSql: finding.saferSql,
    handledBy: online ? 'online' : null,
  };
}

/** Inside the file's own BEGIN the statement runs as written, whatever the setting. */
function isTakenAway(hazard: Hazard, { inOwnTransaction, position }: Site['context'], form?: ExecutionForm): boolean {
  if (inOwnTransaction) return false;
  if (hazard.handledAsWritten) return true;
  const runsOnline = form?.blocking.some(({ statement, online }) => statement === position && online) ?? false;
  const apart = !form?.together.some(([first, last]) => first <= position && position <= last);
  return (hazard.onlineForm && runsOnline) || (hazard.handledApart === true && form?.execution === 'online' && apart);
}

/** What is left of the dangers once the online forms have done their part. */
export function riskOf(hazards: HazardFinding[][]): Risk {
  const all = hazards.flat();
  if (all.some(({ severity, handledBy }) => severity === 'danger' && handledBy === null)) return 'high';
  if (all.some(({ severity }) => severity !== 'info')) return 'medium';
  return all.length > 0 ? 'low' : 'none';
}
