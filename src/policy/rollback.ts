/** How a deployment is undone: facts in, one decision out, with its reason and what every way would cost. Pure. */
import type { RollbackAction, RollbackOption, RollbackPlan, RollbackStrategy, RowCost } from '../contract';
import { plural } from './words';

export interface RollbackFacts {
  strategy: RollbackStrategy;
  /** Steps that left something, newest first. */
  steps: StepFacts[];
  /** Every step of the deployment is committed whole: the database is fully new. */
  complete: boolean;
  /** The deployment's own backup; null where it is not on the worker's host, or is not whole. */
  backup: BackupFacts | null;
  /** Rows that others wrote since the deployment began, in every table; null where nobody counted them. */
  writtenSince: RowCost[] | null;
  /** What exchanging the database would cut off or cannot do, each in words: a slot, a subscription, a missing right. */
  ties: string[];
  /** Deployments that stand on it, newest first. */
  later: string[];
}

export interface StepFacts {
  /** 0-based. */
  step: number;
  /** `derivable`: committed in part; its reversal is made, and proven, when it is needed. */
  reversal: 'proven' | 'derivable' | 'none';
  /** Rows that others wrote since into what its reversal drops. */
  takes: RowCost[];
  /** Tables and columns (`schema.table`, `schema.table.column`) whose rows from before it took away. */
  destroys: string[];
  /** What it may have taken away beside that, in words: its SQL does not tell. */
  unseen: string[];
  /** Tables from before it, into which it wrote rows of its own: they stay. */
  fills: string[];
}

export interface BackupFacts {
  id: string;
  ageMs: number;
}

/** Beyond it nobody exchanges a database without being told to: too much of the world has seen the new one. */
const FRESH_MS = 24 * 3_600_000;

/** The reverse way only goes on its own where it takes nothing; no way that takes rows goes without a person's yes. */
export function planRollback(facts: RollbackFacts): RollbackPlan {
  if (facts.steps.length === 0) return decided('nothing-to-undo', 'Nothing of it is left in the database.', []);
  const options = { reverse: reverse(facts), sideBySide: sideBySide(facts), swap: swap(facts) };
  const ways = [options.reverse, options.sideBySide, options.swap];
  const beneath = whyNotBeneath(facts.later);
  if (beneath === null) return { ...choose(facts, options), options: ways };
  return { ...decided(untouched(facts), beneath, []), options: ways.map((way) => ({ ...way, refusal: beneath })) };
}

interface Options {
  reverse: RollbackOption;
  sideBySide: RollbackOption;
  swap: RollbackOption;
}

type Choice = Omit<RollbackPlan, 'options'>;

/**
 * Why a deployment cannot be undone before those that came after it, in one sentence; null where none did. Pulled out from under
 * them, its undo would lead to a schema that there never was.
 */
export function whyNotBeneath(later: string[]): string | null {
  const [newest] = later;
  if (newest === undefined) return null;
  if (later.length === 1) return `Deployment ${newest} came after it and stands on it; roll that back first.`;
  return `Deployments ${list(later)} came after it and stand on it; roll them back first, in this order.`;
}

function choose(facts: RollbackFacts, { reverse, sideBySide, swap }: Options): Choice {
  if (facts.strategy === 'restore')
    return swap.refusal === null ? swapped(facts, swap) : stuck(facts, [swap.refusal], swap);
  if (reverse.refusal === null) {
    if (facts.strategy === 'auto' && sideBySide.refusal === null) return besides(facts, sideBySide);
    return reversed(facts, reverse);
  }
  if (facts.strategy === 'auto' && swap.refusal === null && losesNothing(facts)) return swapped(facts, swap);
  return stuck(facts, [reverse.refusal], swap);
}

function reversed(facts: RollbackFacts, { takes }: RollbackOption): Choice {
  const emptied = destroyed(facts);
  const empty =
    emptied.length === 0
      ? ''
      : ` What the deployment took out of ${list(emptied)} does not come back${facts.backup ? ' with it' : ', and there is no backup to bring it from'}.`;
  return {
    ...decided('reverse', `Every step has a way back.${empty}${unseen(facts)}${staying(facts)}`, takes),
    approval: takes.length > 0 || emptied.length > 0 || unseen(facts) !== '',
  };
}

function besides(facts: RollbackFacts, { takes }: RollbackOption): Choice {
  const reason = `Every step has a way back; the rows that the deployment took out of ${list(destroyed(facts))} are brought from backup ${facts.backup?.id ?? ''} beside the live ones.${unseen(facts)}${staying(facts)}`;
  const approval = takes.length > 0 || unseen(facts) !== '';
  return { ...decided('restore-side-by-side', reason, takes), approval };
}

function swapped({ backup, strategy }: RollbackFacts, { takes }: RollbackOption): Choice {
  const why = strategy === 'restore' ? 'As asked' : 'A step has no way back, and nobody wrote anything since';
  const reason = `${why}: the database is exchanged for backup ${backup?.id ?? ''}, ${ageText(backup)} old; the database of today is kept beside it.`;
  return { ...decided('restore-swap', reason, takes), approval: true };
}

/** No way is open. */
function stuck(facts: RollbackFacts, why: string[], swap: RollbackOption): Choice {
  const asked = facts.strategy !== 'restore' && swap.refusal === null;
  const offer = asked
    ? ` Exchanging the database for backup ${facts.backup?.id ?? ''} (${ageText(facts.backup)} old) costs ${facts.writtenSince === null ? 'an unknown number of rows' : costText(swap.takes)}: "--strategy restore" asks for it.`
    : '';
  const leave = facts.complete ? ' The deployment is complete: mend it forward.' : '';
  return decided(untouched(facts), `${why.join(' ')}${leave}${offer}`, []);
}

/** Fully new stays so; in between, a person is needed. */
function untouched({ complete }: RollbackFacts): RollbackAction {
  return complete ? 'forward-fix' : 'needs-human';
}

function decided(action: RollbackAction, reason: string, takes: RowCost[]): RollbackPlan {
  return { action, reason, takes, approval: false, options: [] };
}

function reverse({ steps }: RollbackFacts): RollbackOption {
  const unproven = steps.filter(({ reversal }) => reversal === 'none').map(({ step }) => step + 1);
  const refusal = unproven.length === 0 ? null : `Step ${unproven.join(', ')} has no proven reversal.`;
  return { action: 'reverse', refusal, takes: steps.flatMap(({ takes }) => takes) };
}

function sideBySide(facts: RollbackFacts): RollbackOption {
  const { refusal, takes } = reverse(facts);
  const missing = facts.backup === null ? NO_BACKUP : null;
  const needless =
    destroyed(facts).length === 0
      ? `The deployment took ${unseen(facts) ? 'away nothing that can be named' : 'no rows away'}.`
      : null;
  return { action: 'restore-side-by-side', refusal: refusal ?? needless ?? missing, takes };
}

function swap({ backup, ties, writtenSince }: RollbackFacts): RollbackOption {
  const refusal = backup === null ? NO_BACKUP : ties.length > 0 ? tied(ties) : null;
  return { action: 'restore-swap', refusal, takes: writtenSince ?? [] };
}

/** @param ties as in the facts, at least one. */
export function tied(ties: string[]): string {
  return `The database cannot be exchanged: ${ties.join('; ')}.`;
}

const NO_BACKUP = "The deployment's backup is not on this host.";

/** What `auto` asks of a swap; a person who asks for it sees the price and decides. */
function losesNothing({ writtenSince, backup }: RollbackFacts): boolean {
  return writtenSince?.length === 0 && backup !== null && backup.ageMs <= FRESH_MS;
}

function staying({ steps }: RollbackFacts): string {
  const filled = [...new Set(steps.flatMap(({ fills }) => fills))];
  return filled.length === 0 ? '' : ` The rows that it wrote into ${list(filled)} stay there.`;
}

/** A sentence on what no backup is searched for. */
function unseen({ steps }: RollbackFacts): string {
  const words = [...new Set(steps.flatMap((step) => step.unseen))];
  return words.length === 0
    ? ''
    : ` Its SQL does not tell what else the deployment took away, and nothing brings that back: ${list(words)}.`;
}

function destroyed({ steps }: RollbackFacts): string[] {
  return [...new Set(steps.flatMap(({ destroys }) => destroys))];
}

/**
 * What an approval is bound to: on a busy database the number grows while people think, and a client that goes on writing would
 * have them asked for ever. They are asked again when it has about doubled, or another table is concerned.
 */
export function roughly(takes: RowCost[]): RowCost[] {
  return takes.map((cost) => ({ ...cost, rows: cost.rows === null ? null : Math.ceil(Math.log2(cost.rows + 1)) }));
}

/** For people: `7 rows of public.orders`. */
export function costText(takes: RowCost[]): string {
  if (takes.length === 0) return 'no rows';
  return takes
    .map(({ relation, rows }) => `${rows === null ? 'an unknown number of rows' : plural(rows, 'row')} of ${relation}`)
    .join(', ');
}

/** For people: what undoing takes away, and where it is afterwards. */
export function priceText({ action, takes }: Pick<RollbackPlan, 'action' | 'takes'>): string {
  if (takes.length === 0) return 'takes no rows away';
  const where =
    action === 'restore-swap' ? 'in the database of today, under another name' : 'in schema lockkeeper_salvage';
  const lost = takes.filter(({ kept }) => kept === false);
  const known = takes.filter(({ kept }) => kept !== false);
  const keeps = known.length === 0 ? [] : [`${costText(known)}, and keeps them ${where}`];
  return `takes away ${[...keeps, ...(lost.length === 0 ? [] : [`${costText(lost)}, and nothing keeps them`])].join('; ')}`;
}

function ageText(backup: BackupFacts | null): string {
  const minutes = Math.round((backup?.ageMs ?? 0) / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

/** A sentence stays a sentence, however many there are. */
function list(names: string[]): string {
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
