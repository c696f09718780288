/** Script and database as one statement sees them. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import {
  canRunInTransaction,
  describe,
  learn,
  scriptContext,
  statementsInside,
  transactionControl,
  type Schema,
  type ScriptContext,
  type StatementFacts,
} from '../statements';
import { keyOf } from '../statements/ast';
import type { HazardContext, Step } from './hazard';
import { howLong, severityOf, type TableSize } from './sizes';

export interface DatabaseFacts {
  /** Every table of the database by `schema.table`; nothing is known of sizes when offline. */
  tables: Record<string, TableSize>;
  /** True when only the files were read: a table of unknown size counts as large and busy. */
  offline: boolean;
}

export interface Site {
  statement: ParsedStatement;
  context: HazardContext;
}

/** Every statement, and every one inside a DO block, with its context. A context holds until the next one is asked for. */
export function* sites(
  statements: ParsedStatement[],
  facts: StatementFacts[],
  database: DatabaseFacts,
  start: { schema?: Schema | undefined; parse?: ScriptContext['parse'] | undefined },
): Generator<Site> {
  const places = transactionPlaces(statements);
  const steps = statements.map((statement, position): Step => ({
    statement,
    facts: facts[position] ?? describe(statement, scriptContext()),
    transaction: places[position]?.number ?? 0,
  }));
  const script = scriptContext(start.schema, start.parse);
  const after = scriptContext(start.schema, start.parse);
  for (const statement of statements) learn(statement, after);
  for (const [position, step] of steps.entries()) {
    const shared = {
      ...viewOf(script, database),
      before: start.schema ?? after.schema,
      after: after.schema,
      steps,
      position,
      sameTransaction: sameTransaction(steps, position),
      inOwnTransaction: places[position]?.own ?? false,
    };
    yield { statement: step.statement, context: { ...shared, facts: step.facts } };
    for (const inner of statementsInside(step.statement, script))
      yield { statement: inner, context: { ...shared, facts: describe(inner, script) } };
    learn(step.statement, script);
  }
}

type View = Pick<HazardContext, 'schema' | 'isNew' | 'rows' | 'whileBusy'>;

function viewOf({ schema, created }: ScriptContext, database: DatabaseFacts): View {
  const sizeOf = (relation: string): TableSize | null =>
    database.tables[relation.includes('.') ? relation : `public.${relation}`] ?? null;
  const isNew = (relation: string): boolean =>
    created.has(keyOf(relation)) || (!database.offline && sizeOf(relation) === null);
  return {
    schema,
    isNew,
    rows: (relation) => sizeOf(relation)?.rows ?? null,
    whileBusy: (relation, work, build) => {
      const size = sizeOf(relation);
      if (isNew(relation) || size?.rows === 0) return [];
      return [{ severity: severityOf(size, work), ...build(howLong(size, work)) }];
    },
  };
}

/** Earlier statements of the same transaction, nearest last. */
function sameTransaction(steps: readonly Step[], position: number): Step[] {
  let from = position;
  while (from > 0 && steps[from - 1]?.transaction === steps[position]?.transaction) from--;
  return steps.slice(from, position);
}

/**
 * Which statements commit together: the file's own BEGIN ... COMMIT, and otherwise everything up to a statement that
 * cannot run in a transaction, because Prisma sends a file as one implicit transaction.
 */
function transactionPlaces(statements: ParsedStatement[]): { number: number; own: boolean }[] {
  let number = 0;
  let own = false;
  return statements.map((statement) => {
    const control = transactionControl(statement);
    if (control === 'begin') {
      own = true;
      number++;
    }
    const alone = !own && !canRunInTransaction(statement);
    if (alone) number++;
    const here = { number, own };
    if (alone) number++;
    if (control === 'commit' || control === 'rollback') {
      own = false;
      number++;
    }
    return here;
  });
}
