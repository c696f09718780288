/** Decides, once and from all that is known when the plan is made, how a file is executed. */
import type { BlockingStatement, ExecutionForm } from '../../contract';
import type { TableFacts } from '../database-facts';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { learn, type ScriptContext, type StatementFacts } from '../statements';
import { strength } from '../statements/locks';

export interface FormInput {
  statements: ParsedStatement[];
  /** Of the same statements, as `describeScript` gives them. */
  facts: StatementFacts[];
  execution: ExecutionForm['execution'];
  /** Before the file's first statement; follows it. */
  script: ScriptContext;
  /** Follows the file's statements. */
  tables: TableFacts;
  /** True for what earlier migrations of the same deployment make: nobody uses it yet. */
  isNew: (relation: string) => boolean;
}

/** Ordinary writers wait for these and what is stronger. */
const BLOCKS_WRITERS = strength('ShareLock');

export function decideForm(input: FormInput): ExecutionForm {
  const blocking = blockingStatements(input);
  const busy = [...new Set(blocking.flatMap(({ locks }) => locks.map(({ relation }) => relation)))];
  return { execution: input.execution, busy, blocking, together: [] };
}

/** Tables may change their names from one statement to the next. */
function blockingStatements({ statements, facts, script, tables, isNew }: FormInput): BlockingStatement[] {
  return statements.flatMap((statement, place) => {
    const locks = (facts[place]?.contested ?? [])
      .filter(({ relation, mode }) => strength(mode) >= BLOCKS_WRITERS && isBusy(relation, { script, tables, isNew }))
      .map(({ relation, mode }) => ({ relation: tables.sqlName(relation), mode }));
    tables.follow(statement);
    learn(statement, script);
    return locks.length > 0 ? [{ statement: place, locks, online: false }] : [];
  });
}

function isBusy(relation: string, { script, tables, isNew }: Pick<FormInput, 'script' | 'tables' | 'isNew'>): boolean {
  const table = script.schema.index(relation)?.table ?? relation;
  const kind = script.schema.table(table)?.kind ?? 'table';
  if (kind !== 'table' || isNew(table) || tables.isMissing(table)) return false;
  return tables.size(table)?.rows !== 0;
}
