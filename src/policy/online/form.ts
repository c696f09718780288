/** Describes a file's statements and decides, once and from all that is known when the plan is made, how it is executed. */
import type { BlockingStatement, ExecutionForm } from '../../contract';
import { TableFacts, type DatabaseFacts } from '../database-facts';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { LockPrediction } from '../plan';
import {
  describe,
  learn,
  readsRows,
  scriptContext,
  transactionControl,
  validates,
  type Schema,
  type ScriptContext,
  type StatementFacts,
} from '../statements';
import { as, keyOf, relationOf } from '../statements/ast';
import { strength } from '../statements/locks';
import { onlinePieces, onlineRefusal } from './index';
import { inLockOrder } from './lock-order';
import { bindsTransaction, together } from './together';

export interface FormInput {
  statements: ParsedStatement[];
  execution: ExecutionForm['execution'];
  /** Before the file's first statement; follows it. */
  script: ScriptContext;
  /** Follows the file's statements. */
  tables: TableFacts;
}

export interface Decision {
  /** What each statement does as the file writes it. */
  facts: StatementFacts[];
  form: ExecutionForm;
  /** By statement: why it blocks others although there is an online form of its kind; null for all others. */
  asWritten: (string | null)[];
}

/** Ordinary writers wait for these and what is stronger. */
const BLOCKS_WRITERS = strength('ShareLock');
const BLOCKS_READERS = strength('AccessExclusiveLock');
/** These conflict with the RowShareLock of a foreign key's check. */
const BLOCKS_REFERRING = strength('ExclusiveLock');

export function decideForm(input: FormInput): Decision {
  const { statements, tables } = input;
  const before = input.script.schema.clone();
  const bound = bindsTransaction(statements);
  const execution = bound ? 'as-written' : input.execution;
  const ranges = execution === 'online' ? together(statements, input.script.schema) : [];
  const places = new Places(statements, ranges);
  const facts: StatementFacts[] = [];
  const locked: string[] = [];
  const asWritten: Decision['asWritten'] = statements.map(() => null);
  const blocking: BlockingStatement[] = [];
  const lasting = statements.some((statement) => readsRows(statement) || validates(statement));
  for (const [place, statement] of statements.entries()) {
    const described = describe(statement, input.script);
    facts.push(described);
    const felt = locksOf(described, input, isThere);
    if (felt.length > 0) {
      const locks = felt.map(({ relation, mode }) => ({ relation: tables.sqlName(relation), mode }));
      const busy = locksOf(described, input, isBusy);
      const possible = input.execution === 'online' && isWorthwhile(statement, described, busy);
      if (possible)
        asWritten[place] = bound
          ? `line ${bound.line} holds for the rest of its transaction or session`
          : (places.refusal(place) ?? refusalOf(statement, described, input));
      locked.push(...felt.map(({ relation }) => relation));
      const online = possible && asWritten[place] === null;
      blocking.push({ statement: place, locks, online, alone: busy.length > 0 || lasting });
    }
    tables.follow(statement);
    learn(statement, input.script);
  }
  const busy = inLockOrder(locked, [before, input.script.schema]).map((relation) => tables.sqlName(relation));
  const kept = ranges.filter(([first, last]) =>
    blocking.some(({ statement, alone }) => alone && first <= statement && statement <= last),
  );
  return { facts, form: { execution, busy, blocking, together: kept }, asWritten };
}

/**
 * Of a script that nobody planned, a reversal say: which of its locks others feel, going by what is there now.
 * @param schema of the database: it tells whom a statement locks besides what it names.
 */
export function unplannedForm(statements: ParsedStatement[], database: DatabaseFacts, schema: Schema): ExecutionForm {
  const { form } = decideForm({
    statements,
    execution: 'as-written',
    script: scriptContext(schema),
    tables: new TableFacts(database),
  });
  return form;
}

/** The locks of a statement that others wait for, going by which relations have others. */
function locksOf({ locks, contested }: StatementFacts, input: Felt, hasOthers: HasOthers): LockPrediction[] {
  const old = new Set(contested.map(({ relation }) => relation));
  return locks.filter(
    ({ relation, mode }) =>
      (old.has(relation) && blocksOthers(relation, mode, input, hasOthers)) ||
      blocksReferring(relation, mode, input, hasOthers),
  );
}

type Felt = Pick<FormInput, 'script' | 'tables'>;
type HasOthers = (relation: string, input: Felt) => boolean;

/** Nobody writes to a view itself. */
function blocksOthers(relation: string, mode: string, input: Felt, hasOthers: HasOthers): boolean {
  const table = input.script.schema.index(relation)?.table ?? relation;
  const blocks = isView(table, input) ? BLOCKS_READERS : BLOCKS_WRITERS;
  return strength(mode) >= blocks && hasOthers(table, input);
}

/**
 * Who writes a row with a foreign key locks the table that it refers to, whatever the key's value: one that has no rows yet,
 * or is as new as the deployment, is felt as soon as a busy table refers to it.
 */
function blocksReferring(relation: string, mode: string, input: Felt, hasOthers: HasOthers): boolean {
  const { schema } = input.script;
  return (
    strength(mode) >= BLOCKS_REFERRING && schema.referencing(relation).some(({ table }) => hasOthers(table.name, input))
  );
}

function isView(relation: string, { script }: Felt): boolean {
  return (script.schema.table(relation)?.kind ?? 'table').endsWith('view');
}

/** Somebody may use it: a queue that is empty for the moment has its readers. */
function isThere(relation: string, input: Felt): boolean {
  const { tables } = input;
  return !tables.isMade(relation) && (isView(relation, input) || !tables.isMissing(relation));
}

/** There, with rows: what lasts for as long as a table is large, lasts. */
function isBusy(table: string, input: Felt): boolean {
  return isThere(table, input) && !isView(table, input) && input.tables.size(table)?.rows !== 0;
}

/** An online form that spares somebody something: rows of a busy table are read, or an index of one goes. */
function isWorthwhile(statement: ParsedStatement, { scanned }: StatementFacts, busy: LockPrediction[]): boolean {
  if (busy.length === 0) return false;
  const alter = as(statement.node, 'AlterTableStmt');
  if (alter) {
    const table = relationOf(alter.relation);
    const isTable = (name: string): boolean => keyOf(name) === keyOf(table);
    if (!scanned.some(isTable) || !busy.some(({ relation }) => isTable(relation))) return false;
  }
  return onlinePieces(statement) !== null;
}

function refusalOf(statement: ParsedStatement, { rewrites }: StatementFacts, { script, tables }: Felt): string | null {
  return onlineRefusal(statement, { schema: script.schema, tables, rewrites });
}

/** Where a statement stands: inside a transaction of the file's, or among statements that commit together. */
class Places {
  private readonly own: boolean[] = [];

  constructor(
    private readonly statements: ParsedStatement[],
    private readonly ranges: [number, number][],
  ) {
    let own = false;
    for (const statement of statements) {
      const control = transactionControl(statement);
      own ||= control === 'begin';
      this.own.push(own);
      if (control === 'commit' || control === 'rollback') own = false;
    }
  }

  refusal(place: number): string | null {
    if (this.own[place]) return "it stands in the file's own transaction";
    const range = this.ranges.find(([first, last]) => first <= place && place <= last);
    if (!range || this.mayEndLater(place, range)) return null;
    const [first, last] = range.map((at) => this.statements[at]?.line);
    return `lines ${first} to ${last} commit together: what one of them drops, another makes again`;
  }

  /**
   * Among statements that commit together one may leave its validation for later, if nothing after it there could take away
   * what is to be validated.
   */
  private mayEndLater(place: number, [, last]: [number, number]): boolean {
    const [first, ...others] = onlinePieces(this.statements[place] as ParsedStatement) ?? [];
    const validates =
      first?.kind === 'transaction' && others.length > 0 && others.every(({ kind }) => kind === 'transaction');
    return validates && this.statements.slice(place + 1, last + 1).every(addsConstraints);
  }
}

function addsConstraints({ node }: ParsedStatement): boolean {
  const commands = as(node, 'AlterTableStmt')?.cmds ?? [];
  return (
    commands.length > 0 && commands.every((command) => as(command, 'AlterTableCmd')?.subtype === 'AT_AddConstraint')
  );
}
